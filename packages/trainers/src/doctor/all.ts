// Every trainer's rules, a line each.
export { rules as huggingface } from "../huggingface/doctor.ts";
export { rules as trl } from "../trl/doctor.ts";
export { rules as axolotl } from "../axolotl/doctor.ts";
export { rules as llamaFactory } from "../llama-factory/doctor.ts";
export { rules as msSwift } from "../ms-swift/doctor.ts";
export { rules as lightning } from "../lightning/doctor.ts";
export { rules as keras } from "../keras/doctor.ts";
export { rules as composer } from "../composer/doctor.ts";
export { rules as fastai } from "../fastai/doctor.ts";
export { rules as optuna } from "../optuna/doctor.ts";
export { rules as lightgbm } from "../lightgbm/doctor.ts";
export { rules as xgboost } from "../xgboost/doctor.ts";
export { rules as together } from "../together/doctor.ts";
