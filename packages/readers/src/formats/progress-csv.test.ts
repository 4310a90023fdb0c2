import { describeReader } from "../testing/reader-contract.ts";
import { progressCsv } from "./progress-csv.ts";

describeReader(progressCsv, [
  {
    name: "a reinforcement-learning run: returns are facts, no quality",
    files: { "exp/progress.csv": "train/loss,rollout/return,total/steps\n3,-100.5,2000\n2,50,4000\n" },
    primary: "exp/progress.csv",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 4000,
          metrics: ["rollout/return"],
          best: { "rollout/return": { min: -100.5, max: 50 } },
        },
        record: undefined,
      },
    ],
    warnings: [/no evaluation metric can be read/],
  },
  {
    name: "a success rate is a quality",
    files: { "progress.csv": "total/steps,eval/success_rate\n10,0.2\n20,0.4\n" },
    primary: "progress.csv",
    runs: [{ facts: { nEvalPoints: 2 } }],
  },
  {
    name: "stable-baselines3 counts time steps",
    files: {
      "progress.csv":
        "time/fps,time/iterations,time/total_timesteps,eval/mean_reward\n100,1,2048,\n101,2,4096,15.25\n",
    },
    primary: "progress.csv",
    runs: [
      { facts: { nEvalPoints: 1, lastStep: 4096, lastEval: { step: 4096, "eval/mean_reward": 15.25 } } },
    ],
  },
]);
