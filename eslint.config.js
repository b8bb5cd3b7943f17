// ESLint finds mistakes; the layout of the code is left to its authors.
import js from '@eslint/js';
import globals from 'globals';

export default [
  {ignores: ['build/*', '!build/examples/', 'third_party/']},
  {linterOptions: {reportUnusedDisableDirectives: 'error'}},
  js.configs.recommended,
  {
    languageOptions: {ecmaVersion: 2023, sourceType: 'module'},
    rules: {
      'eqeqeq': 'error',
      'no-implicit-coercion': ['error', {boolean: false}],
      'no-control-regex': 'off',  // tests of what a terminal gets
      'no-regex-spaces': 'off',
      'no-unused-vars': ['error', {args: 'all', argsIgnorePattern: '^_', ignoreRestSiblings: true}],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {files: ['web/**', 'build/examples/**'], languageOptions: {globals: {...globals.browser, ...globals.worker}}},
  {files: ['scripts/**', 'tests/**', '*.js'], languageOptions: {globals: globals.node}},
  // Functions passed to page.evaluate run in the page.
  {files: ['tests/e2e/**', 'tests/peers/**'], languageOptions: {globals: globals.browser}},
];
