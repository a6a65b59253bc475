// Posts a body of zeros with Node.js, and prints the status of each try. Arguments: URL, bytes, tries, signature.
import http from "node:http";

const [url, bytes, tries, signature] = process.argv.slice(2);
const body = Buffer.alloc(Number(bytes));

const post = () =>
  new Promise((resolve) => {
    const headers = { "content-length": body.length, ...(signature ? { "x-knowrithm-signature": signature } : {}) };
    const request = http.request(url, { method: "POST", headers, agent: false, timeout: 20_000 }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
      response.on("error", (error) => resolve(error.code));
    });
    request.on("error", (error) => resolve(error.code));
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.end(body);
  });

for (let i = 0; i < Number(tries); i++) console.log(await post());
