import { createHash, timingSafeEqual } from "node:crypto";
import { InvalidInputError, StopwiseError, type LiveError } from "@stopwise/core";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { errorMessage, parseJson } from "../conversation.ts";
import type { LiveSurroundings } from "../surroundings.ts";
import { ConflictError, LiveService, UnknownRunError } from "./live-service.ts";
import { openApiDocument } from "./openapi.ts";
import { pageHtml } from "./page-html.ts";
import { RateLimit } from "./rate-limit.ts";
import { ServiceMetrics } from "./service-metrics.ts";

/** How a service is set up. */
export interface ServiceSettings {
  readonly around: LiveSurroundings;
  /** What a client must send as `Authorization: Bearer`. */
  readonly token: string;
  /** Of stopwise, for the OpenAPI document. */
  readonly version: string;
  /** Bytes of a body at most. */
  readonly maxBodyBytes: number;
  readonly maxRequestsPerSecond: number;
  /** What the model in use knows and how old it is. */
  readonly modelFacts: () => object;
}

type Status = 400 | 401 | 404 | 405 | 409 | 413 | 429 | 500;

function statusOf(error: unknown): Status {
  if (error instanceof UnknownRunError) return 404;
  if (error instanceof ConflictError) return 409;
  if (error instanceof InvalidInputError) return error.message.includes("has ended.") ? 409 : 400;
  return error instanceof StopwiseError ? 400 : 500;
}

const refusal = (code: string, message: string, hint: string): LiveError => ({
  type: "error",
  code,
  message,
  hint,
});

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

function isAllowed(header: string | undefined, token: string): boolean {
  return header !== undefined && timingSafeEqual(digest(header), digest(`Bearer ${token}`));
}

/** Addresses that tell nothing about anyone's runs. */
const openPaths = new Set(["/", "/health", "/openapi.json"]);

/** No other site may frame the page, and it loads nothing from elsewhere. */
const pageHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

async function bodyOf(context: Context): Promise<unknown> {
  return parseJson(await context.req.text());
}

function addGates(
  app: Hono,
  { token, maxBodyBytes, maxRequestsPerSecond }: ServiceSettings,
  metrics: ServiceMetrics,
): void {
  const limit = new RateLimit(maxRequestsPerSecond, performance.now());
  app.use(async (context, next) => {
    const at = performance.now();
    await next();
    metrics.answered(context.res.status, (performance.now() - at) / 1000);
  });
  app.use(async (context, next) => {
    if (!limit.take(performance.now())) {
      context.header("Retry-After", "1");
      const rule = `more than ${maxRequestsPerSecond} requests a second.`;
      return context.json(refusal("TOO_MANY_REQUESTS", rule, "Send it again in a second."), 429);
    }
    const isOpen = context.req.method === "GET" && openPaths.has(context.req.path);
    if (isOpen || isAllowed(context.req.header("Authorization"), token)) return next();
    context.header("WWW-Authenticate", "Bearer");
    const hint = "Send Authorization: Bearer with the token that stopwise serve printed.";
    return context.json(refusal("UNAUTHORIZED", "this needs the token.", hint), 401);
  });
  const onError = (context: Context): Response => {
    const rule = `a body is at most ${maxBodyBytes} bytes.`;
    return context.json(refusal("TOO_LARGE", rule, "Send one message a request."), 413);
  };
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError }));
}

function addRoutes(
  app: Hono,
  service: LiveService,
  settings: ServiceSettings,
  metrics: ServiceMetrics,
): void {
  app.post("/v1/runs", async (context) => {
    const { advice, isNew } = service.start(await bodyOf(context));
    return context.json(advice, isNew ? 201 : 200);
  });
  app.post("/v1/runs/:id/checkpoints", async (context) => {
    const decision = service.checkpoint(context.req.param("id"), await bodyOf(context));
    metrics.decided(decision.action);
    return context.json(decision);
  });
  app.post("/v1/runs/:id/end", async (context) => {
    return context.json(service.end(context.req.param("id"), await bodyOf(context)));
  });
  app.get("/v1/runs", (context) => context.json(service.list()));
  app.get("/v1/runs/:id", (context) => context.json(service.show(context.req.param("id"))));
  app.post("/v1/recommend", async (context) =>
    context.json(service.recommend(await bodyOf(context)) as object),
  );
  app.get("/v1/model", (context) => context.json(settings.modelFacts()));
  app.get("/health", (context) => context.json({ status: "ok" }));
  app.get("/metrics", (context) => context.text(metrics.text(service)));
  app.get("/openapi.json", (context) => context.json(openApiDocument(settings.version)));
  app.get("/", (context) => context.html(pageHtml, 200, pageHeaders));
}

/**
 * The HTTP service: the messages of live runs, the page, health and metrics. What cannot be taken is answered with one
 * line that says the fix; nothing that a request holds takes the service down.
 */
export function serviceApp(settings: ServiceSettings): Hono {
  const app = new Hono();
  const metrics = new ServiceMetrics();
  addGates(app, settings, metrics);
  addRoutes(app, new LiveService(settings.around), settings, metrics);
  app.notFound((context) =>
    context.json(refusal("NOT_FOUND", "there is no such address.", "See GET /openapi.json."), 404),
  );
  app.onError((error, context) => context.json(errorMessage(error), statusOf(error)));
  return app;
}
