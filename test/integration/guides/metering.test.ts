import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { sandbox } from "#test/support/api";
import { blocksOf, shows } from "#test/support/guide";
import { GuideShell } from "#test/support/guide-shell";

it("the guide to metering does what it shows", async () => {
  const clockAt = /"clock_at": "([^"]+)"/.exec(env.METERING_GUIDE)?.[1] ?? "";
  const shell = new GuideShell(await sandbox(clockAt));
  // What needs a real shell and a real port is run by `npm run test:e2e`.
  const blocks = blocksOf(env.METERING_GUIDE).filter(({ command }) => !command.includes("curl"));

  const missing: string[] = [];
  for (const { command, answer } of blocks) {
    const said = await shell.run(command);
    missing.push(...answer.filter((line) => !shows(said, line)).map((line) => `${line}\nafter\n${command}\nwhich says\n${said}`));
  }

  expect(missing).toEqual([]);
  expect(blocks.flatMap(({ answer }) => answer).length).toBeGreaterThan(20);
});
