// The board in a real browser: deliveries are posted, and seen; a dead letter is tried again.
//
//   node board.mjs <the built example inbox> <where the screenshot goes>

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { launch } from "./chromium.mjs";

const [program, screenshot] = process.argv.slice(2);
assert(program && screenshot, "usage: node board.mjs <inbox> <screenshot>");
const secret = "whk_the_secret_of_the_board";
const folder = await mkdtemp(join(tmpdir(), "board-"));
const inbox = spawn(program, {
  stdio: ["ignore", "pipe", "inherit"],
  env: {
    ...process.env,
    PORT: "0",
    DATABASE_URL: `sqlite://${join(folder, "inbox.db")}`,
    KNOWRITHM_WEBHOOK_SECRET: secret,
  },
});
const ended = once(inbox, "exit");
let browser;
try {
  const [receiver, board] = await addresses();
  for (let number = 1; number <= 12; number++) {
    const event = ["lead.created", "conversation.ended", "message.received"][number % 3];
    await post(receiver, JSON.stringify({ event, data: { id: `id_${number}`, rating: 5 } }));
  }
  await post(receiver, "signed, and no event");

  browser = await launch();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (line) => line.text().includes("Content Security Policy") && errors.push(line.text()));

  // The receiver leads to the board, and the board to the queue.
  await page.goto(new URL("/board", receiver).href);
  await page.getByText("Overview").first().waitFor();
  assert.equal(new URL(page.url()).origin, new URL(board).origin);
  await page.goto(new URL("/queues/webhooks", board).href);
  await page.getByText("Done", { exact: true }).first().click();

  // Every delivery is there, under the key that its receiver gave it.
  const done = await tasks(board, "Done");
  assert.equal(done.length, 12);
  await page.getByText(done[0].ctx.task_id.slice(-6)).first().waitFor();
  await page.screenshot({ path: screenshot });

  // The one that is no event is a dead letter. Tried again, it dies again: the page tells when.
  await page.goto(new URL("/board/dead", board).href);
  await page.getByText("no event").waitFor();
  const [before] = await tasks(board, "Killed");
  const button = page.getByRole("button", { name: "Try again" });
  assert.equal(await button.count(), 1);
  // The answer leads back to the page, which is loaded before anything else is asked of it.
  await Promise.all([page.waitForEvent("load"), button.click()]);
  await eventually(async () => {
    const [after] = await tasks(board, "Killed");
    return after && after.ctx.done_at !== before.ctx.done_at;
  });
  await page.reload();
  assert.equal(await button.count(), 1);

  // Another site's page gets nothing, nor changes anything.
  const foreign = await fetch(new URL("/board/dead", board), {
    method: "POST",
    headers: { origin: "http://example.com", "content-type": "application/x-www-form-urlencoded" },
    body: "id=1",
  });
  assert.equal(foreign.status, 403);
  assert.deepEqual(errors, []);
  console.log(`the board lists ${done.length} deliveries and their dead letter; see ${screenshot}`);
} finally {
  await browser?.close();
  inbox.kill("SIGTERM");
  const [code] = await ended;
  await rm(folder, { recursive: true });
  assert.equal(code, 0, "the inbox ends well");
}

/** The addresses that it prints. */
async function addresses() {
  const found = [];
  for await (const line of createInterface({ input: inbox.stdout })) {
    const [, url] = /^(?:Listening|Board) on (http:\S+)$/.exec(line) ?? [];
    if (url) found.push(url);
    if (found.length === 2) break;
  }
  inbox.stdout.resume();
  assert.equal(found.length, 2, "the inbox does not start");
  return found;
}

async function post(url, body) {
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const headers = { "x-knowrithm-signature": `sha256=${signature}` };
  const response = await fetch(url, { method: "POST", headers, body });
  assert.equal(response.status, 200);
}

async function tasks(board, status) {
  const url = new URL(`/api/v1/queues/webhooks/tasks?status=${status}&page=1&page_size=50`, board);
  return (await fetch(url)).json();
}

async function eventually(holds) {
  for (const end = Date.now() + 30_000; !(await holds()); ) {
    assert(Date.now() < end, "it does not come true");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
