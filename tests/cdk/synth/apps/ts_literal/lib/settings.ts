export const BASE_MEMORY = 2 ** 9;

export enum Size {
  Small = 256,
  Large = 4096,
}

export interface Limits {
  readonly disk: number;
  readonly minutes: number;
}

export const limits: Limits = { disk: 2, minutes: 3 };

const settings = {
  module: "app",
  model: ["small", "v1"].join("-"),
} as const;

export default settings;
