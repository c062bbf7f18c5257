// The page's Python, in a worker: a page stops it by ending the worker. Messages in: start, run, plan, frame.
"use strict";
const CACHE = "lth-python";
let python = null;
let runner = null;
let session = null;

// Files, each from the cache where it was loaded before, unpacked and held to its digest.
async function load(files, base) {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  let loaded = 0;
  let told = 0;
  const tell = (bytes, words) => {
    loaded += bytes;
    if (Date.now() - told < 80 && loaded < total) return;
    told = Date.now();
    postMessage({ kind: "progress", loaded, total, words });
  };
  const cache = await self.caches?.open(CACHE).catch(() => null);
  const one = async (file) => {
    const url = `${base}../python/${file.name}`;
    const kept = await cache?.match(url);
    if (kept) {
      tell(file.bytes, file.words);
      return kept.arrayBuffer();
    }
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${file.name} is not there (${answer.status})`);
    const parts = [];
    for (const reader = answer.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      tell(value.length, file.words);
    }
    const bytes = await new Blob(parts).arrayBuffer();
    await hold(file, bytes);
    await cache?.put(url, new Response(bytes)).catch(() => {}); // no room: loaded again next time
    return bytes;
  };
  const found = Object.fromEntries(await Promise.all(files.map(async (file) => [file.is, await one(file)])));
  for (const request of (await cache?.keys()) ?? []) {
    if (!files.some((file) => request.url.endsWith(`/${file.name}`))) await cache.delete(request);
  }
  return found;
}

async function hold(file, bytes) {
  if (!self.crypto?.subtle) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const text = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (text !== file.sha256) throw new Error(`${file.name} did not arrive whole`);
}

const unpacked = (bytes, type) =>
  new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")), {
    headers: { "content-type": type },
  });

async function start({ files, info, base }) {
  const found = await load(files, base);
  postMessage({ kind: "starting" });
  const script = async (name) => {
    const address = URL.createObjectURL(await unpacked(found[name], "text/javascript").blob());
    importScripts(address);
    URL.revokeObjectURL(address);
  };
  await script("pyodide.js");
  await script("pyodide.asm.js");
  // Pyodide asks for its files by name; they are here already. Nothing else is fetched.
  const here = {
    "pyodide.asm.wasm": () => unpacked(found["pyodide.asm.wasm"], "application/wasm"),
    "python_stdlib.zip": () => new Response(found["python_stdlib.zip"]),
    "pyodide-lock.json": () => new Response(JSON.stringify({ info, packages: {} })),
  };
  self.fetch = async (address) => {
    const name = String(address.url ?? address).split("/").pop();
    if (here[name]) return here[name]();
    throw new TypeError("the page's Python asks no other site");
  };
  python = await loadPyodide({ indexURL: base, env: { HOME: "/home/pyodide" } });
  const packages = python.runPython("import site; site.getsitepackages()[0]");
  for (const name of ["packages.zip", "lth_tutorial.zip"]) python.unpackArchive(found[name], "zip", { extractDir: packages });
  runner = python.pyimport("lth_runner");
  runner.prepare();
  session = runner.Session((text) => postMessage({ kind: "output", output: JSON.parse(text) }));
}

const acts = {
  start,
  run: ({ cell, source }) => JSON.parse(session.run(cell, source)),
  plan: ({ cells, target }) => JSON.parse(session.plan(JSON.stringify(cells), target)),
  frame: ({ figure, chosen }) => JSON.parse(runner.frame(figure, JSON.stringify(chosen))),
};

onmessage = async ({ data }) => {
  try {
    postMessage({ kind: "done", id: data.id, value: await acts[data.act](data) });
  } catch (error) {
    const fatal = /memory|abort|unreachable|out of bounds/i.test(String(error));
    postMessage({ kind: "failed", id: data.id, message: String(error.message ?? error), fatal });
  }
};
