'use strict';
// Requests that came while others ran. One begins in a turn of the loop of its own, as if its frame had come only then,
// and never before the results of those before it are written: by that the server knows which have begun.

const later = setImmediate;

/** Runs a function outside of the asynchronous context of the request that has ended. */
const outside = (() => {
  let Resource;
  try {
    Resource = require('async_hooks').AsyncResource;
  } catch (_error) {
    Resource = undefined;
  }
  // Before Node 9.6 no function can have such a context.
  if (Resource === undefined || Resource.prototype.runInAsyncScope === undefined) return (run) => run();
  const root = new Resource('FUNCGRAPH_LANE');
  return (run) => root.runInAsyncScope(run);
})();

class Lane {
  /** `begin(invoke, body)` starts a request. With a concurrency above 1 the server sends no more than may run. */
  constructor(concurrency, link, begin) {
    this.free = concurrency;
    this.isSingle = concurrency === 1;
    this.link = link;
    this.begin = begin;
    this.waiting = [];
    this.isPlanned = false;
    this.isRaw = false;
    const next = () => this.next();
    this.turn = () => outside(next);
  }

  add(invoke, body) {
    if (this.isSingle && (this.isPlanned || this.free === 0 || this.link.queued > 0)) {
      this.waiting.push({ invoke: invoke, body: body });
      if (this.free > 0) this.plan();
      return;
    }
    this.run(invoke, body);
  }

  run(invoke, body) {
    this.free--;
    this.begin(invoke, body);
    // It has ended already, but its frame may have come together with others.
    if (this.isSingle && this.free > 0) this.plan();
  }

  /** A request has its result. With `isRaw` the server must know first to whom the output beside the link belongs. */
  ended(isRaw) {
    this.free++;
    if (isRaw) this.isRaw = true;
    if (this.isRaw || this.waiting.length > 0) this.plan();
  }

  plan() {
    if (this.isPlanned) return;
    this.isPlanned = true;
    if (this.link.queued === 0) later(this.turn);
    else this.link.onDrained = () => later(this.turn);
  }

  next() {
    this.isPlanned = false;
    if (this.isRaw && this.waiting.length > 0) this.giveBack();
    this.isRaw = false;
    if (this.waiting.length === 0 || this.free === 0) return;
    const first = this.waiting.shift();
    this.link.begin(first.invoke.requestId);
    this.run(first.invoke, first.body);
  }

  /** The server gives the requests that wait here to other instances; one that streams was sent when it knew the rest. */
  giveBack() {
    const ids = this.waiting.filter((one) => !one.invoke.stream).map((one) => one.invoke.requestId);
    this.waiting = this.waiting.filter((one) => one.invoke.stream);
    this.link.giveBack(ids);
  }
}

module.exports = { Lane: Lane };
