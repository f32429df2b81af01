// The commands that the page copies. tests/native/copied_commands.rs reads the same fixture, and finds in each command
// the settings that the page uses.
import "./core.ts";
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { attackCommand, type CommandInput } from "../../web/src/attack/command.ts";
import { attackConfig } from "../../web/src/attack/config.ts";
import { layouts } from "../../web/src/core/clips.ts";
import { decode } from "../../web/src/settings/table.ts";

interface Case {
  name: string;
  settings: string;
  input: CommandInput;
  config: unknown;
  command: string;
}

const cases: Case[] = JSON.parse(readFileSync("tests/fixtures/commands.json", "utf8"));
const classes = Array.from({ length: 27 }, (_, i) => `class ${i + 1}`);
/** Numbers as the engine takes them: 32 bits, but whole ones as they are. */
const float = (_key: string, value: unknown) =>
  typeof value === "number" && !Number.isInteger(value) ? Math.fround(value) : value;
const floats = (value: unknown) => JSON.parse(JSON.stringify(value, float));

for (const { name, settings, input, config, command } of cases) {
  test(`the command of ${name} has the page's settings`, async () => {
    const layout = (await layouts()).find(({ id }) => id === "kinect-v1");
    if (!layout) throw new Error("no layout");
    const made = attackConfig(decode(settings), layout, classes);
    expect(floats(made)).toEqual(floats(config));
    expect(attackCommand(input, made)).toBe(command);
  });
}

test("a word with spaces and quotes is one word for a shell", async () => {
  const layout = (await layouts()).find(({ id }) => id === "kinect-v1");
  if (!layout) throw new Error("no layout");
  const input = { clip: "my dad's walk.json", unit: "cm", network: { weights: ["a b.pt"] } };
  const command = attackCommand(input, attackConfig(decode(""), layout, classes));
  expect(command.split(" --config")[0]).toBe(
    "ciasa attack 'my dad'\\''s walk.json' --unit cm --weights 'a b.pt'",
  );
});
