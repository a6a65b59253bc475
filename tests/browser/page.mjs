// The page of `tower-webhook listen` in a real browser: requests appear while it is open, and are sent again.
//
//   node page.mjs <the built tower-webhook> <where the screenshot goes>

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { createInterface } from "node:readline";
import { launch } from "./chromium.mjs";

const [program, screenshot] = process.argv.slice(2);
assert(program && screenshot, "usage: node page.mjs <tower-webhook> <screenshot>");
const secret = "whk_the_secret_of_the_page";
const hostile = `<img src=x onerror="document.title='owned'"><script>document.title="owned"</script>`;

let listener = await listen("0");
let browser;
try {
  browser = await launch();
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, colorScheme: "light" });
  const errors = [];
  let loads = 0;
  page.on("load", () => loads++);
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (line) => line.text().includes("Content Security Policy") && errors.push(line.text()));
  const addresses = [];
  page.on("request", (request) => addresses.push(new URL(request.url())));

  await page.goto(listener.page);
  await page.getByText("Connected.").waitFor();
  await page.getByText("None yet.").waitFor();

  // A request appears without a reload, with its event and verdict.
  await send("lead.created", "--set", "data.first_name=Zoë");
  const first = item(page, 1);
  await first.getByText("lead.created").waitFor();
  assert.equal(await first.locator(".verdict").textContent(), "genuine");
  assert.equal(await page.getByText("None yet.").isVisible(), false);
  await page.getByText("Request 1, lead.created: genuine").waitFor({ state: "attached" });

  // What a stranger sent is text, wherever it is shown.
  const forged = JSON.stringify({ event: hostile, data: hostile });
  await post(forged, { "x-knowrithm-signature": "sha256=00", "x-hostile": hostile, "content-type": "text/html" }, 403);
  const second = item(page, 2);
  await second.locator(".verdict").waitFor();
  await open(second);
  assert.equal(await second.locator(".verdict").textContent(), "refused");
  assert.match(await second.locator(".reason").textContent(), /^Refused as malformed_signature: /);
  assert.equal(await second.locator("strong").textContent(), hostile);
  assert(await second.getByRole("row").filter({ hasText: "x-hostile" }).getByText(hostile).isVisible());
  const shown = await second.locator("pre").textContent();
  assert.deepEqual(JSON.parse(shown), JSON.parse(forged));
  assert(shown.includes('\n  "data": '), "the JSON is laid out");
  assert.equal(await page.locator("li img, li script").count(), 0);
  assert.equal(await page.title(), "tower-webhook listen");
  await second.locator("summary").press("Enter");

  // The button, by keyboard, sends a request again; it comes as a new one.
  await open(first);
  await first.getByRole("button", { name: "Send again" }).press("Enter");
  await first.getByText("Sent as request 3: genuine, answered 200.").waitFor();
  const third = item(page, 3);
  await third.locator(".verdict").waitFor();
  await open(third);
  assert.match(await third.locator(".reason").textContent(), /It is request 1, sent again\./);
  assert.equal(await third.locator("pre").textContent(), await first.locator("pre").textContent());
  await third.locator("summary").click();
  assert.equal(await page.locator("#count").textContent(), "2 genuine, 1 refused");

  // The newest is on top.
  const order = await page.locator("#requests > li").evaluateAll((items) => items.map((item) => item.id));
  assert.deepEqual(order, ["request-3", "request-2", "request-1"]);

  await readable(page);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: screenshot, fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  await readable(page);

  // A page of another site reaches neither the events nor the button.
  const elsewhere = await otherSite();
  const other = await browser.newPage();
  await other.goto(elsewhere.url);
  const reached = await other.evaluate(async (base) => {
    const press = await fetch(`${base}requests/1/replay`, { method: "POST", mode: "no-cors" }).then((r) => r.type);
    const read = await fetch(`${base}events`).then(() => "read", () => "not read");
    return [press, read];
  }, listener.page);
  assert.deepEqual(reached, ["opaque", "not read"]);
  elsewhere.server.close();
  await other.close();
  assert.equal(await rebound(), 403);
  await post("{}");
  await item(page, 4).locator(".verdict").waitFor();
  assert.equal(await page.locator("#requests > li").count(), 4, "nothing was sent again from elsewhere");

  // Without the token of its path, the page is not there.
  assert.equal((await fetch(new URL("/", listener.page))).status, 404);

  // Started again on the same port, it is found at another path, and the old page says so.
  const port = new URL(listener.page).port;
  await listener.end();
  await page.getByText("Not connected").waitFor();
  listener = await listen(port);
  await page.getByText("open the page that the command printed last").waitFor();
  assert.equal(loads, 1, "the page was not loaded again");
  await page.goto(listener.page);
  await page.getByText("Connected.").waitFor();
  await page.getByText("None yet.").waitFor();

  assert(addresses.every((url) => url.protocol === "data:" || url.origin === new URL(listener.page).origin), String(addresses));
  assert.deepEqual(errors, []);
  console.log(`the page lists what comes, and sends it again; see ${screenshot}`);
} finally {
  await browser?.close();
  await listener.end();
}

/** Starts the command. */
async function listen(port) {
  const child = spawn(program, ["listen", "--port", port], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, KNOWRITHM_WEBHOOK_SECRET: secret },
  });
  const ended = once(child, "exit");
  const found = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, url] = /^(Listening on|Page at) (http:\S+)/.exec(line) ?? [];
    if (name) found[name] = url;
    if (found["Page at"]) break;
  }
  child.stdout.resume();
  assert(found["Page at"], "it does not start");
  const end = async () => {
    child.kill("SIGTERM");
    const [code] = await ended;
    assert.equal(code, 0, "it ends well");
  };
  return { url: found["Listening on"], page: found["Page at"], end };
}

/** Sends a sample with the command itself. */
async function send(...more) {
  const sender = spawn(program, ["send", ...more, "--url", listener.url], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, KNOWRITHM_WEBHOOK_SECRET: secret },
  });
  assert.deepEqual(await once(sender, "exit"), [0, null]);
}

async function post(body, more = {}, status = 200) {
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const headers = { "content-type": "application/json", "x-knowrithm-signature": `sha256=${signature}`, ...more };
  const response = await fetch(listener.url, { method: "POST", headers, body });
  assert.equal(response.status, status);
}

function item(page, number) {
  return page.locator(`#request-${number}`);
}

async function open(item) {
  await item.locator("summary").click();
  await item.locator(".reason").waitFor();
}

/** A server of another origin. */
async function otherSite() {
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<p>elsewhere"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

/** The status when a name that was rebound to this address asks. */
function rebound() {
  const headers = { host: "rebound.example" };
  return new Promise((resolve, reject) => {
    httpRequest(listener.page, { headers }, (answer) => resolve(answer.resume().statusCode)).on("error", reject).end();
  });
}

/** Every text has the contrast of WCAG 2.2, level AA, against what is behind it. */
async function readable(page) {
  const faint = await page.evaluate(() => {
    const numbers = (color) => color.match(/[\d.]+/g).map(Number);
    const luminance = (color) => {
      const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      const [red, green, blue] = numbers(color).slice(0, 3).map((part) => linear(part / 255));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = getComputedStyle(at).backgroundColor;
        if ((numbers(color)[3] ?? 1) > 0) return color;
      }
      return "rgb(255, 255, 255)";
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest("script, noscript")) continue;
      const [one, two] = [getComputedStyle(element).color, behind(element)].map(luminance);
      const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
      if (contrast < 4.5) found.push(`${contrast.toFixed(2)}: ${walker.currentNode.data}`);
    }
    return found;
  });
  assert.deepEqual(faint, []);
}
