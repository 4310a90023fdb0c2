declare module "ml-regression" {
  /** Least squares of several outputs on several inputs; an intercept unless told otherwise. */
  export class MultivariateLinearRegression {
    constructor(
      inputs: number[][],
      outputs: number[][],
      options?: { intercept?: boolean; statistics?: boolean },
    );
    predict(inputs: number[]): number[];
  }
}
