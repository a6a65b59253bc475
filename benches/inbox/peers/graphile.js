// Measures graphile-worker: node graphile.js <url> <plain|batched> <jobs>
// Prints what a second it adds and works off at the same time, with 32 adders, and what a second it works off of jobs
// that wait.
import { makeWorkerUtils, run } from "graphile-worker";

const [connectionString, mode, count] = process.argv.slice(2);
const jobs = Number(count);
const quiet = { error: console.error, warn() {}, info() {}, debug() {} };
const { Logger } = await import("graphile-worker");
const logger = new Logger(() => (level, message) => level === "error" && quiet.error(message));
const batched =
  mode === "batched" ? { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } : {};
const preset = { worker: { connectionString, concurrentJobs: 24, maxPoolSize: 30, ...batched } };
const payload = { body: "x".repeat(110) };

const utils = await makeWorkerUtils({ connectionString, logger, maxPoolSize: 32 });
await utils.migrate();

let done = 0;
let finish;
const taskList = {
  deliver: async () => {
    done += 1;
    if (done === jobs) finish();
  },
};
async function work() {
  done = 0;
  const finished = new Promise((resolve) => (finish = resolve));
  const runner = await run({ preset, logger, taskList, noHandleSignals: true });
  return { finished, runner };
}
const rate = (start) => (jobs / (performance.now() - start)) * 1000;

// Added one by one, over 32 connections, while the worker runs.
let { finished, runner } = await work();
let start = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: 32 }, async () => {
    while (next < jobs) {
      next += 1;
      await utils.addJob("deliver", payload);
    }
  }),
);
const added = rate(start);
await finished;
const both = rate(start);
await runner.stop();

// All of them wait.
await utils.addJobs(Array.from({ length: jobs }, () => ({ identifier: "deliver", payload })));
start = performance.now();
({ finished, runner } = await work());
await finished;
const waiting = rate(start);
await runner.stop();
await utils.release();
console.log(JSON.stringify({ added, both, waiting }));
