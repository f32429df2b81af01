// Links with random changes: the settings of an address are always within their ranges, and what is written is read
// as the same. FUZZ_LINKS gives another number of links, FUZZ_SEED another seed.
import { test } from "@playwright/test";
import { decode, defaults, encode, type State, table } from "../../web/src/settings/table.ts";

const links = Number(process.env.FUZZ_LINKS ?? 40_000);
const names = Object.keys(defaults()).join();
const words = [
  ...Object.values(table).map(({ key }) => `${key}=`),
  ...[
    "&",
    "=",
    ",",
    "%",
    "%00",
    "%ud800",
    "+",
    "#",
    "-1",
    "1e999",
    "NaN",
    "Infinity",
    "0x10",
    "1e-7",
    " 1",
    "",
  ],
  ...[
    "99999999999999999999",
    "class:",
    "picked",
    "advanced",
    "__proto__=1",
    "constructor=",
    "0,1,2",
    "63,64",
    "\ud800",
  ],
];

/** Numbers from 0 to below `n`; the same for the same seed (mulberry32). */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

function changed(link: string, roll: (n: number) => number): string {
  const [at, length] = [roll(link.length + 1), roll(8)];
  const word = words[roll(words.length)] ?? "";
  switch (roll(6)) {
    case 0:
      return link.slice(0, at) + link.slice(at + length);
    case 1:
      return link.slice(0, at) + word.repeat(roll(40) === 0 ? 500 : 1) + link.slice(at);
    case 2:
      return link.slice(0, at) + word + link.slice(at + length);
    case 3:
      return link.slice(0, at) + String.fromCharCode(roll(0x10000)) + link.slice(at);
    case 4:
      return `${link}&${word}${words[roll(words.length)]}`;
    default:
      return link.replace(/=[^&]*/, `=${word}`);
  }
}

function judge(link: string): State {
  const state = decode(link);
  if (Object.keys(state).join() !== names) throw new Error(`other settings in ${link}`);
  for (const value of Object.values(state).flat()) {
    if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`${value} in ${link}`);
    if (typeof value === "string" && value.length > 200) throw new Error(`a long text in ${link}`);
  }
  const again = encode(state);
  // Numbers are written with six digits, so the second link is the one that stays.
  const settled = encode(decode(again));
  if (settled !== again) throw new Error(`${link} is written as ${again}, then as ${settled}`);
  return state;
}

test("any link gives settings within their ranges, and their own link again", () => {
  const roll = dice(Number(process.env.FUZZ_SEED ?? 1));
  let link = "";
  for (let i = 0; i < links; i += 1) {
    link = link.length > 2_000 || roll(20) === 0 ? encode(defaults()) : changed(link, roll);
    judge(link);
  }
});
