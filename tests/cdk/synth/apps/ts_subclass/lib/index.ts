export * from "./service-stack";
export { BaseFunction } from "./functions/base";
