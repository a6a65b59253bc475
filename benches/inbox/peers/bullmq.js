// Measures BullMQ: node bullmq.js <url> <jobs>
// Prints what a second it adds with 32 adders and works off at the same time, and what a second it works off of jobs
// that wait.
import { Queue, Worker } from "bullmq";

const [url, count] = process.argv.slice(2);
const jobs = Number(count);
const { hostname, port, pathname } = new URL(url);
const connection = {
  host: hostname,
  port: Number(port || 6379),
  db: Number(pathname.slice(1) || 0),
  maxRetriesPerRequest: null,
};
const queue = new Queue("bench", { connection });
const data = { body: "x".repeat(110) };
const rate = (start) => (jobs / (performance.now() - start)) * 1000;

function work() {
  let worker;
  let done = 0;
  const finished = new Promise((resolve) => {
    worker = new Worker(
      "bench",
      async () => {
        done += 1;
        if (done === jobs) resolve();
      },
      { connection, concurrency: 100 },
    );
  });
  return { finished, worker };
}

let { finished, worker } = work();
await worker.waitUntilReady();
let start = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: 32 }, async () => {
    while (next < jobs) {
      next += 1;
      await queue.add("deliver", data);
    }
  }),
);
const added = rate(start);
await finished;
const both = rate(start);
await worker.close();

await queue.addBulk(Array.from({ length: jobs }, () => ({ name: "deliver", data })));
start = performance.now();
({ finished, worker } = work());
await finished;
const waiting = rate(start);
await worker.close();
await queue.obliterate({ force: true });
await queue.close();
console.log(JSON.stringify({ added, both, waiting }));
