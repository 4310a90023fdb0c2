import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Workplace } from "../command-line.ts";
import { checkpointsOf, sweepRuns, taskOfSweep } from "../live-process.ts";
import { ServiceProcess } from "../service-process.ts";
import { chromiumPath } from "./chromium.ts";

const executablePath = chromiumPath();
const shots = process.env["STOPWISE_TEST_REPORTS"] ?? join(tmpdir(), "stopwise-page");
let place: Workplace;
let service: ServiceProcess;
let browser: Browser;

/** Runs as a team has them: some going on, one stopped, some that were watched to their end. */
async function tellRuns(): Promise<void> {
  const runs = sweepRuns(40);
  for (const [i, run] of runs.entries()) {
    const name = i < 34 ? `qa-${i}` : `adapter/lr-3e-4 seed ${i}`;
    const mode = i % 3 === 0 ? "stop" : "shadow";
    const task = { ...taskOfSweep(run), name: String(run.task) };
    await service.post("/v1/runs", { run: name, task, request: { maxEmLoss: 0.01 }, mode });
    const path = `/v1/runs/${encodeURIComponent(name)}`;
    const checkpoints = checkpointsOf(run);
    let end = "completed";
    for (const checkpoint of i < 30 ? checkpoints : checkpoints.slice(0, 6 * (i - 29))) {
      const { body } = await service.post(`${path}/checkpoints`, checkpoint);
      if (body["action"] === "stop") end = "early-stopped";
      if (end !== "completed") break;
    }
    if (i < 30) await service.post(`${path}/end`, { end });
  }
}

beforeAll(async () => {
  if (executablePath === undefined) return;
  mkdirSync(shots, { recursive: true });
  place = new Workplace();
  service = await ServiceProcess.start(place.folder);
  await tellRuns();
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});
afterAll(async () => {
  if (executablePath === undefined) return;
  await browser.close();
  await service.end("SIGTERM");
  place.remove();
});

interface Opened {
  readonly page: Page;
  readonly faults: string[];
}

async function open(width: number, colorScheme: "light" | "dark"): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const faults: string[] = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(service.url) && !request.url().startsWith("data:"))
      faults.push(request.url());
  });
  await page.goto(`${service.url}/#token=${service.token}`);
  await page.waitForSelector("article svg");
  return { page, faults };
}

const inBrowser = test.skipIf(executablePath === undefined);

inBrowser.each([
  [1280, "light"],
  [1280, "dark"],
  [390, "light"],
  [390, "dark"],
] as const)(
  "at %i px, %s: nothing overflows, nothing fails, nothing is loaded from elsewhere",
  async (width, scheme) => {
    const { page, faults } = await open(width, scheme);
    await page.fill("input[name=datasetSize]", "3000");
    await page.fill("input[name=family]", "gpt2");
    await page.fill("input[name=params]", "11104");
    await page.click("text=Recommend");
    await page.waitForSelector("#answer svg");
    await page.screenshot({ path: join(shots, `live-${width}-${scheme}.png`), fullPage: true });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    expect(faults).toEqual([]);
    await page.close();
  },
);

inBrowser(
  "shows what goes on, what has ended, what watching has shown, and what the model knows",
  async () => {
    const { page } = await open(1280, "light");
    expect(await page.locator("#running article").count()).toBe(10);
    expect(await page.locator("#ended tr").count()).toBe(30);
    expect(await page.textContent("#shadow")).toMatch(
      /In shadow stopwise would have saved \d+ % at \d+\.\d\d points over 20 runs\./,
    );
    expect(await page.textContent("#feedback")).toMatch(
      /match, learned: \d+ runs; \d+ % lose more than 1\.00 points/,
    );
    expect(await page.textContent("#knowledge")).toContain("the model that ships with stopwise");
    expect(await page.textContent("#status")).toBe("10 runs going on, 30 ended");
    await page.close();
  },
);

inBrowser("follows a run that goes on", async () => {
  const { page } = await open(1280, "light");
  const [run] = sweepRuns(1);
  await service.post("/v1/runs", { run: "fresh", task: taskOfSweep(run!), mode: "shadow" });
  await page.waitForSelector('article[aria-label="Run fresh"] >> text=Waiting for the first evaluation.');
  await service.post("/v1/runs/fresh/checkpoints", checkpointsOf(run!)[0]!);
  await page.waitForSelector('article[aria-label="Run fresh"] >> text=1 evaluations');
  await page.close();
});

inBrowser("works with the keyboard alone", async () => {
  const { page } = await open(1280, "light");
  const focused = (): Promise<string> =>
    page.evaluate(
      "(document.activeElement.textContent || document.activeElement.name || document.activeElement.tagName).trim()",
    );
  const order: string[] = [];
  for (let i = 0; i < 19; i++) {
    await page.keyboard.press("Tab");
    order.push(await focused());
  }
  expect(order.slice(0, 5)).toEqual(["To the runs", "Live", "Past", "Ask", "Model"]);
  expect(order.slice(6, 8)).toEqual(["datasetSize", "answerLength"]);
  expect(order.at(-1)).toBe("Recommend");
  expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
  await page.focus("input[name=datasetSize]");
  await page.keyboard.type("3000");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#answer article");
  await page.fill("input[name=datasetSize]", "many");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#answer .stop >> text=datasetSize must be a number");
  await page.close();
});

inBrowser("every picture and field has a name, and text has contrast enough", async () => {
  for (const scheme of ["light", "dark"] as const) {
    const { page } = await open(1280, scheme);
    expect(await page.locator("svg:not([aria-label])").count()).toBe(0);
    const unnamed =
      "[...document.querySelectorAll('#question input')].filter((it) => it.labels.length === 0).length";
    expect(await page.evaluate(unnamed)).toBe(0);
    expect(await page.evaluate(leastContrast)).toBeGreaterThanOrEqual(4.5);
    await page.close();
  }
});

inBrowser("asks for the token where there is none, and a wrong one opens nothing", async () => {
  const page = await browser.newPage();
  await page.goto(service.url);
  await page.waitForSelector("#login:visible");
  await page.fill("#token", "wrong");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#status >> text=this needs the token");
  expect(await page.isVisible("main")).toBe(false);
  await page.fill("#token", service.token);
  await page.keyboard.press("Enter");
  await page.waitForSelector("article svg");
  await page.close();
});

/** The least contrast of text against its ground, by WCAG 2. */
const leastContrast = `(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const color = rgb(getComputedStyle(node).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const ratios = [...document.querySelectorAll("body *")]
    .filter((node) => node.checkVisibility() && [...node.childNodes].some((it) => it.nodeType === 3 && it.textContent.trim()))
    .filter((node) => !(node instanceof SVGElement) && !["SCRIPT", "STYLE"].includes(node.tagName))
    .map((node) => {
      const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
      return (a + 0.05) / (b + 0.05);
    });
  return Math.min(...ratios);
})()`;
