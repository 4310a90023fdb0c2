import { jsonSchemas, type DocumentName } from "@stopwise/core";

type Schema = Readonly<Record<string, unknown>>;

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const content = (schema: Schema): Schema => ({ "application/json": { schema } });
const answer = (description: string, schema: Schema): Schema => ({ description, content: content(schema) });

const errors: Record<string, Schema> = Object.fromEntries(
  [
    ["400", "The body is not what the schema asks for; the message names the field and the fix."],
    ["401", "No token, or another."],
    ["404", "There is no such run."],
    ["409", "The run has ended, or was started with other facts."],
    ["413", "The body is too large."],
    ["429", "Too many requests."],
  ].map(([status, description]) => [status!, answer(description!, ref("live-error"))]),
);

/** Schemas as components: references inside a document follow it to its new place. */
function componentOf(name: DocumentName, schema: object): Schema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', `"#/components/schemas/${name}/$defs/`);
  const parsed = JSON.parse(text) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(parsed).filter(([key]) => key !== "$schema"));
}

/** A message whose type the address tells: it may be left out. */
function withoutType(schema: Schema): Schema {
  const required = Array.isArray(schema["required"])
    ? schema["required"].filter((name) => name !== "type")
    : [];
  return { ...schema, required };
}

const object: Schema = { type: "object" };
const runParameter = {
  name: "id",
  in: "path",
  required: true,
  description: "name of the run",
  schema: { type: "string", minLength: 1, maxLength: 200 },
};

const post = (summary: string, body: Schema, responses: Record<string, Schema>): Schema => ({
  summary,
  requestBody: { required: true, content: content(body) },
  responses: { ...responses, ...errors },
});

const get = (summary: string, schema: Schema): Schema => ({
  summary,
  responses: {
    "200": answer(summary, schema),
    "401": errors["401"]!,
    "404": errors["404"]!,
    "429": errors["429"]!,
  },
});

const open = (summary: string, type: string): Schema => ({
  summary,
  security: [],
  responses: { "200": { description: summary, content: { [type]: { schema: { type: "string" } } } } },
});

/**
 * The OpenAPI 3.1 document of the service, made from the schemas that it validates with.
 *
 * @param version of stopwise
 */
export function openApiDocument(version: string): Schema {
  const documents = jsonSchemas();
  const names = Object.keys(documents) as DocumentName[];
  const schemas: Record<string, Schema> = Object.fromEntries(
    names.map((name) => [name, componentOf(name, documents[name])]),
  );
  for (const name of ["live-start", "live-checkpoint", "live-end"])
    schemas[name] = withoutType(schemas[name]!);
  const question: Schema = { type: "object", properties: { task: object, request: object } };
  return {
    openapi: "3.1.0",
    info: {
      title: "stopwise",
      version,
      description: "Live runs: a start, each checkpoint, the end. Every request may be sent again.",
    },
    security: [{ token: [] }],
    paths: {
      "/v1/runs": {
        get: get("Runs that go on, past runs, and how feedback stands", object),
        post: post("Start a run, or go on with one", ref("live-start"), {
          "200": answer("The run was started before; the same advice", ref("live-advice")),
          "201": answer("What the run will be stopped by", ref("live-advice")),
        }),
      },
      "/v1/runs/{id}": { parameters: [runParameter], get: get("A run with its curve and decisions", object) },
      "/v1/runs/{id}/checkpoints": {
        parameters: [runParameter],
        post: post("Tell a checkpoint", ref("live-checkpoint"), {
          "200": answer("The decision", ref("live-decision")),
        }),
      },
      "/v1/runs/{id}/end": {
        parameters: [runParameter],
        post: post("End a run", ref("live-end"), {
          "200": answer("The run is recorded", ref("live-recorded")),
        }),
      },
      "/v1/recommend": {
        post: post("How should this run be stopped?", question, {
          "200": answer("What recommend --json prints", ref("recommendation")),
        }),
      },
      "/v1/model": { get: get("What the model in use knows, and how old it is", object) },
      "/metrics": {
        get: {
          ...get("Prometheus metrics", object),
          responses: { ...(open("Metrics", "text/plain")["responses"] as object), "401": errors["401"]! },
        },
      },
      "/health": { get: open("Whether the service is up", "application/json") },
      "/openapi.json": { get: open("This document", "application/json") },
      "/": { get: open("The page", "text/html") },
    },
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } }, schemas },
  };
}
