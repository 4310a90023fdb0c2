// The page of `stopwise serve`: asks the service every two seconds and draws what it says. It loads nothing else.
// `scripts/build-page.mjs` puts it, with its style, into one HTML text.
import type { FeedbackRate, PastRun, RunPicture, RunSummary } from "../src/shown.ts";

interface Listing {
  readonly running: readonly RunSummary[];
  readonly past: readonly PastRun[];
  readonly feedback: readonly FeedbackRate[];
}

interface Answer {
  readonly status: string;
  readonly sentence: string;
  readonly predicted: {
    readonly saving: { readonly mean: number };
    readonly emLoss: { readonly mean: number };
  };
  readonly certificate: { readonly statement: string };
  readonly pareto: readonly { readonly saving: number; readonly emLoss: number; readonly chosen?: boolean }[];
  readonly advice: { readonly learned?: { readonly status: string; readonly sentence: string } };
}

/** Milliseconds between two looks. */
const interval = 2000;

/** Cards that are drawn with their curves; a service may have a thousand runs. */
const shownRuns = 24;
const shownPast = 100;

const byId = (id: string): HTMLElement => document.getElementById(id)!;
const percent = (share: number | null): string =>
  share === null ? "unknown" : `${(100 * share).toFixed(0)} %`;
const points = (loss: number): string => `${(100 * loss).toFixed(2)} points`;

function element(tag: string, text = "", className = ""): HTMLElement {
  const made = document.createElement(tag);
  if (text !== "") made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}

let token = new URLSearchParams(location.hash.slice(1)).get("token") ?? sessionStorage.getItem("token") ?? "";

async function ask<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(path, {
    headers: { Authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as T & { message?: string; hint?: string };
  if (response.ok) return answer;
  if (response.status === 401) logOut();
  throw new Error(`${answer.message ?? response.statusText} ${answer.hint ?? ""}`);
}

function logOut(): void {
  byId("login").hidden = false;
  byId("main").hidden = true;
}

const namespace = "http://www.w3.org/2000/svg";

function shape(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== "") made.textContent = text;
  return made;
}

const [width, height, left, bottom] = [320, 120, 34, 18];

interface Frame {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly svg: SVGElement;
}

/** Axes from the least to the largest value, and a name that a screen reader says. */
function frame(xs: readonly number[], ys: readonly number[], label: string): Frame {
  const [x0, x1] = [Math.min(...xs, 0), Math.max(...xs, 1e-9)];
  const [y0, y1] = [Math.min(...ys), Math.max(...ys)];
  const span = y1 - y0 || 1;
  const x = (value: number): number => left + ((value - x0) / (x1 - x0)) * (width - left - 6);
  const y = (value: number): number => 8 + (1 - (value - y0) / span) * (height - bottom - 14);
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const floor = height - bottom;
  svg.append(
    shape("line", { class: "axis", x1: left, x2: width - 6, y1: floor, y2: floor }),
    shape("text", { x: 0, y: y(y1) + 4 }, short(y1)),
    shape("text", { x: 0, y: y(y0) + 4 }, y1 === y0 ? "" : short(y0)),
    shape("text", { x: width - 6, y: height - 4, "text-anchor": "end" }, short(x1)),
  );
  return { x, y, svg };
}

const short = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 3 });

function curve({ summary, points: told }: RunPicture): SVGElement | undefined {
  const series = told.map(
    ({ step, quality, value }) => [step, summary.kind === "loss" ? value : quality] as const,
  );
  const known = series.filter((pair): pair is readonly [number, number] => typeof pair[1] === "number");
  if (known.length === 0) return undefined;
  const label = `${summary.metric} over ${known.length} evaluations, now ${short(known.at(-1)![1])}, best ${short(summary.best ?? 0)}`;
  const { x, y, svg } = frame(
    known.map(([step]) => step),
    known.map(([, value]) => value),
    label,
  );
  svg.append(
    shape("polyline", { class: "curve", points: known.map(([s, v]) => `${x(s)},${y(v)}`).join(" ") }),
  );
  for (const [step, value] of known.slice(-1))
    svg.append(shape("circle", { class: "point", cx: x(step), cy: y(value), r: 3.5 }));
  const stop = summary.decision?.action === "stop" ? summary.decision.step : summary.wouldStopAt;
  if (stop !== null)
    svg.append(shape("line", { class: "mark", x1: x(stop), x2: x(stop), y1: 4, y2: height - bottom }));
  return svg;
}

function verdict({ decision, mode, wouldStopAt, end }: RunSummary): HTMLElement {
  if (end === "crashed") return element("p", "Its process is gone; it can be gone on with.", "stop");
  if (decision === null) return element("p", "Waiting for the first evaluation.", "soft");
  if (decision.action === "stop") return element("p", decision.reason, "stop");
  const watched = mode !== "stop" && wouldStopAt !== null;
  return element(
    "p",
    watched ? `Would have stopped at step ${wouldStopAt}. ${decision.reason}` : decision.reason,
  );
}

function gainLine({ expectedGain, saved, mode }: RunSummary): string {
  const gain = expectedGain === null ? "" : `The rest is expected to add at most ${points(expectedGain)}. `;
  if (saved?.share === null || saved === null) return gain;
  return `${gain}${mode === "stop" ? "Saved" : "A stop would save"} ${percent(saved.share)} of the plan.`;
}

function card(picture: RunPicture): HTMLElement {
  const { summary } = picture;
  const made = element("article");
  made.setAttribute("aria-label", `Run ${summary.id}`);
  const names = [summary.task, summary.model, summary.metric].filter((name) => name !== null).join(", ");
  const done = summary.progress === null ? "" : `, ${percent(Math.min(1, summary.progress))} of the plan`;
  made.append(
    element("h3", summary.id),
    element(
      "p",
      `${names}: ${summary.nCheckpoints} evaluations${done}; ${summary.mode}, ${summary.status}`,
      "soft",
    ),
  );
  const drawn = curve(picture);
  if (drawn !== undefined) made.append(drawn);
  made.append(verdict(summary));
  const gain = gainLine(summary);
  if (gain !== "") made.append(element("p", gain, "soft"));
  return made;
}

function pastRow({ id, end, mode, nCheckpoints, recorded }: PastRun): HTMLElement {
  const row = element("tr");
  const share = end === "early-stopped" ? recorded.saved.share : (recorded.shadow?.share ?? 0);
  const saved = mode === "stop" || share === 0 ? percent(share) : `(${percent(share)})`;
  const meaning = recorded.summary
    .replace(/^stopwise: run .*? (?=ran|was|stopped|crashed)/, "")
    .replace(/; (of runs like it|no run has told).*$/, ".");
  const cells = [id, end, mode, String(nCheckpoints), saved, meaning];
  for (const [i, text] of cells.entries())
    row.append(element("td", text, i === 3 || i === 4 ? "number" : ""));
  return row;
}

/** What watching has shown, and whether to turn stopping on. */
function shadowLine(past: readonly PastRun[]): string {
  const watched = past.filter(({ mode, end }) => mode === "shadow" && end === "completed");
  if (watched.length === 0) return "";
  const mean = (of: (run: PastRun) => number): number =>
    watched.reduce((sum, run) => sum + of(run), 0) / watched.length;
  const share = mean(({ recorded }) => recorded.shadow?.share ?? 0);
  const loss = mean(({ recorded }) => recorded.shadow?.emLoss ?? 0);
  const runs = watched.length === 1 ? "1 run" : `${watched.length} runs`;
  return `In shadow stopwise would have saved ${percent(share)} at ${points(loss)} over ${runs}. Turn it on with "mode":"stop".`;
}

function rateLine({ metricClass, using, rate, alpha, nJudged, nRuns, maxLoss }: FeedbackRate): string {
  const told =
    rate === null
      ? "none could tell yet"
      : `${percent(rate)} lose more than ${points(maxLoss)}, asked: at most ${percent(alpha)}`;
  return `${metricClass}, ${using}: ${nRuns} runs; ${told} (${nJudged} could tell).`;
}

async function drawRunning(running: readonly RunSummary[]): Promise<void> {
  const newest = [...running].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)).slice(0, shownRuns);
  const asked = newest.map(({ id }) => ask<RunPicture | PastRun>(`/v1/runs/${encodeURIComponent(id)}`));
  // A run may end between the list and the question about it.
  const pictures = (await Promise.all(asked)).filter((it): it is RunPicture => "summary" in it);
  const more = running.length - newest.length;
  const nothing = element(
    "p",
    "No run is going on. Start one with a callback, stopwise live or POST /v1/runs.",
    "soft",
  );
  byId("running").replaceChildren(...(pictures.length === 0 ? [nothing] : pictures.map(card)));
  if (more > 0) byId("running").append(element("p", `and ${more} more`, "soft"));
}

function drawPast({ past, feedback }: Listing): void {
  byId("ended").replaceChildren(...past.slice(0, shownPast).map(pastRow));
  const line = shadowLine(past);
  byId("shadow").hidden = line === "";
  byId("shadow").textContent = line;
  byId("feedback").replaceChildren(...feedback.map((rate) => element("p", rateLine(rate), "soft")));
}

async function refresh(): Promise<void> {
  const listing = await ask<Listing>("/v1/runs");
  byId("login").hidden = true;
  byId("main").hidden = false;
  await drawRunning(listing.running);
  drawPast(listing);
  const going = listing.running.length;
  byId("status").textContent =
    `${going} ${going === 1 ? "run" : "runs"} going on, ${listing.past.length} ended`;
}

async function drawModel(): Promise<void> {
  const facts = await ask<Record<string, unknown>>("/v1/model");
  const items = Object.entries(facts).flatMap(([name, value]) => [
    element("dt", name),
    element("dd", String(value)),
  ]);
  byId("knowledge").replaceChildren(...items);
}

function front({ pareto }: Answer): SVGElement {
  const label = `Saving against loss of ${pareto.length} policies`;
  const { x, y, svg } = frame(
    pareto.map(({ emLoss }) => 100 * emLoss),
    pareto.map(({ saving }) => 100 * saving),
    label,
  );
  for (const { saving, emLoss, chosen } of pareto) {
    const name = chosen === true ? "chosen" : "point";
    svg.append(
      shape("circle", { class: name, cx: x(100 * emLoss), cy: y(100 * saving), r: chosen === true ? 5 : 3 }),
    );
  }
  svg.append(shape("text", { x: left, y: 8 }, "% saved, by points lost"));
  return svg;
}

function drawAnswer(answer: Answer): void {
  const { status, sentence, predicted, certificate, advice, pareto } = answer;
  const made = element("article");
  const { saving, emLoss } = predicted;
  made.append(
    element("h3", sentence),
    element("p", status, status === "certified" ? "good" : "stop"),
    element("p", `Saves ${percent(saving.mean)}, loses ${points(emLoss.mean)} (predicted).`),
    element("p", certificate.statement, "soft"),
  );
  if (advice.learned !== undefined)
    made.append(
      element("p", `Looking at every evaluation (${advice.learned.status}): ${advice.learned.sentence}`),
    );
  if (pareto.length > 0) made.append(front(answer));
  byId("answer").replaceChildren(made);
}

async function recommend(form: HTMLFormElement): Promise<void> {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  try {
    drawAnswer(await ask<Answer>("/v1/recommend", { request: Object.fromEntries(given) }));
  } catch (error) {
    byId("answer").replaceChildren(element("p", (error as Error).message, "stop"));
  }
}

async function look(): Promise<void> {
  try {
    if (token === "") logOut();
    else await refresh();
  } catch (error) {
    byId("status").textContent = (error as Error).message;
  }
  setTimeout(() => void look(), interval);
}

function open(): void {
  sessionStorage.setItem("token", token);
  // The address may be seen and shared: the token does not stay in it.
  if (location.hash.includes("token=")) history.replaceState(null, "", location.pathname);
  drawModel().catch((error: unknown) => (byId("status").textContent = (error as Error).message));
}

byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  token = (byId("token") as HTMLInputElement).value.trim();
  open();
  refresh().catch((error: unknown) => (byId("status").textContent = (error as Error).message));
});
byId("question").addEventListener("submit", (event) => {
  event.preventDefault();
  void recommend(event.target as HTMLFormElement);
});
if (token !== "") open();
void look();
