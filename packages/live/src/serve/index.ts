export { serveLive, type RunningService } from "./node-server.ts";
export { openApiDocument } from "./openapi.ts";
export { serviceApp, type ServiceSettings } from "./service-app.ts";
