// The tables of docs/protocol.md, from the messages in src/engine.
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const engine = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../src/engine');
const read = (header) => fs.readFileSync(path.join(engine, header), 'utf8');

/**
 * Returns the structures of a header that have a name in the protocol, with the comment above them
 * and the fields that their function `visit` lists.
 */
function readMessages(header) {
  const text = read(header);
  // Those of a member that is listed by its own function, visit(fields, request.image), are among them.
  const fieldsOf = (type) => {
    const visit = text.match(new RegExp(`MaybeConst<${type}> S>\\nvoid visit[^]*?^}`, 'm'))?.[0] ?? '';
    return [...visit.matchAll(/fields\("(\w+)"|visit\(fields, \w+\.(\w+)\)/g)].flatMap(([, field, member]) => {
      if (field) return [field];
      const body = text.match(new RegExp(`^struct ${type} \\{[^]*?^};`, 'm'))[0];
      return fieldsOf(body.match(new RegExp(`^  (\\w+) ${member};`, 'm'))[1]);
    });
  };
  const structures = text.matchAll(/((?:^\/\/\/.*\n)*)^struct (\w+) \{\n.*string_view name = "(\w+)"/gm);
  return [...structures].map(([, comment, type, name]) => ({
    type,
    name,
    comment: comment.replaceAll(/^\/\/\/ ?/gm, '').replaceAll('\n', ' ').trim(),
    fields: fieldsOf(type),
  }));
}

/** Returns the messages of `using NAME = std::variant<…>` in its order. */
function readVariant(header, name, messages) {
  const list = read(header).match(new RegExp(`using ${name} =\\s*std::variant<([^>]*)>`))[1];
  return list.split(',').map((type) => messages.find((message) => message.type === type.trim()));
}

const readResults = () => readVariant('replies.h', 'Result',
  ['replies.h', 'bench_options.h', 'controls.h'].flatMap(readMessages));

/**
 * Returns {type, name, comment, fields, result} for each request. Throws Error where a comment does
 * not end with the type of its result.
 */
export function readRequests() {
  const results = readResults();
  return readVariant('requests.h', 'Request', readMessages('requests.h')).map((request) => {
    const [, comment, type] = request.comment.match(/^(.+) \[(\w+)\]$/) ?? [];
    const result = results.find((known) => known.type === type);
    if (!result) {
      throw new Error(`requests.h: the comment of ${request.type} must say what it does and end ` +
        'with the type of its result, as in "Does one training step, then pauses. [Done]"');
    }
    return {...request, comment, result: result.name};
  });
}

const code = (names) => names.map((name) => `\`${name}\``).join(', ');
const table = (head, rows) => [head, head.map(() => '---'), ...rows]
  .map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Returns the tables of requests and of results in Markdown. */
export const protocolTables = () => ({
  requests: table(['request', 'fields', 'result', 'what it does'],
    readRequests().map(({name, fields, result, comment}) =>
      [code([name]), code(fields), code([result]), comment])),
  results: table(['result', 'fields'],
    readResults().map(({name, fields}) => [code([name]), code(fields)])),
});
