// Shows the progress and metrics of training as text.

import {
  formatCount, formatDuration, formatLoss, formatPercent, none, validationName,
} from './format.js';

/** @returns {any} an element of the kind that index.html has */
const byId = (id) => document.getElementById(id);
// Minimum time between announcements: announcing every snapshot would block a screen reader.
const announceMilliseconds = 20000;

const lastValidation = (history) =>
  (history.length > 0 ? formatPercent(history[history.length - 1].val_accuracy) : none);

/** Returns the number of the current epoch, counted from 1. */
const currentEpoch = ({epoch, epochs}) => Math.min(epoch + 1, epochs);

function phase(snapshot) {
  const {state, epochs} = snapshot;
  const of = `epoch ${currentEpoch(snapshot)} of ${epochs}`;
  switch (state) {
    case 'ready': return 'Ready to train';
    case 'waiting_for_data': return 'Waiting for data…';
    case 'running': return `Training, ${of}`;
    case 'paused': return `Paused in ${of}`;
    case 'finished': return `Finished ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
    case 'failed': return 'Stopped';
    default: return 'Nothing to train yet';
  }
}

function stepsText(snapshot) {
  const {step, train_images_here: here} = snapshot;
  // Those set aside to validate on arrive with the others.
  const images = snapshot.train_images +
    (snapshot.validates_on_test ? 0 : snapshot.validation_images);
  const total = snapshot.steps_per_epoch * snapshot.epochs;
  const parts = [];
  if (here < images) parts.push(`${formatCount(here)} / ${formatCount(images)} images`);
  if (total > 0) parts.push(`step ${formatCount(step)} / ${formatCount(total)}`);
  return parts.join(' · ');
}

function setText(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

export class Progress {
  #announced = {time: -Infinity, state: '', epoch: 0};

  /** @param {import('./protocol.js').Snapshot} snapshot */
  show(snapshot) {
    const {step, epochs, history} = snapshot;
    const hasTrained = step > 0;
    const total = snapshot.steps_per_epoch * epochs;
    const isUnderWay = snapshot.state === 'running' || snapshot.state === 'waiting_for_data';
    document.body.dataset.state = snapshot.state;
    setText('phase', phase(snapshot));
    setText('steps', stepsText(snapshot));
    byId('progress').max = Math.max(total, 1);
    byId('progress').value = step;
    setText('epoch', hasTrained ? `${currentEpoch(snapshot)} / ${epochs}` : none);
    setText('loss', hasTrained ? formatLoss(snapshot.loss) : none);
    setText('accuracy', hasTrained ? formatPercent(snapshot.accuracy) : none);
    setText('val-accuracy-name', `${validationName(snapshot)} accuracy`);
    setText('val-accuracy', lastValidation(history));
    const speed = snapshot.images_per_second;
    setText('images-per-second', speed > 0 ? formatCount(speed) : none);
    setText('time-left', isUnderWay ? formatDuration(snapshot.seconds_left) : none);
    document.title = hasTrained ? `${formatPercent(snapshot.accuracy)} – convlab` : 'convlab';
    this.#announce(snapshot);
  }

  /** Shows only `text`, when there is no engine. @param {string} text */
  showNone(text) {
    setText('phase', text);
    setText('steps', '');
    document.body.dataset.state = 'empty';
  }

  #announce(snapshot) {
    const {state, epoch, step, history} = snapshot;
    const now = performance.now();
    const {time, ...before} = this.#announced;
    const isNews = state !== before.state || epoch !== before.epoch;
    if (!isNews && (state !== 'running' || now - time < announceMilliseconds)) return;
    this.#announced = {time: now, state, epoch};
    const texts = [phase(snapshot)];
    if (step > 0) {
      texts.push(`loss ${formatLoss(snapshot.loss)}`,
        `accuracy ${formatPercent(snapshot.accuracy)}`);
    }
    if (history.length > 0) {
      const name = validationName(snapshot).toLowerCase();
      texts.push(`${name} accuracy ${lastValidation(history)}`);
    }
    byId('announcement').textContent = `${texts.join(', ')}.`;
  }
}
