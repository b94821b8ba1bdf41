import { readFileSync } from 'node:fs';

/** The properties of a release that `releaseFaults` checks. */
export interface Release {
  readonly name: string;
  readonly version: string;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
  /** The git tag from which a workflow publishes. */
  readonly tag?: string | undefined;
}

// In pieces, so that renaming the scope in all files does not rename it here.
const placeholder = ['your', 'org'].join('-');

/** Returns the reasons why a release may not be published, each with its remedy. */
export function releaseFaults({ name, version, changelog, tag }: Release): readonly string[] {
  const faults: string[] = [];
  if (name.startsWith(`@${placeholder}/`)) {
    faults.push(`the scope of ${name} is a placeholder. Rename it to yours, as docs/releasing.md describes.`);
  }
  if (!changelog.includes(`\n## [${version}] - `)) {
    faults.push(`CHANGELOG.md has no section for ${version}. Rename "Unreleased" to it, with today's date.`);
  }
  if (tag !== undefined && tag !== `v${version}`) {
    faults.push(`the tag ${tag} is not that of version ${version}. Tag the commit as v${version}.`);
  }
  return faults;
}

if (import.meta.main) {
  const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const { name, version } = JSON.parse(read('package.json')) as { name: string; version: string };
  const { GITHUB_REF_TYPE: refType, GITHUB_REF_NAME: refName } = process.env;
  const tag = refType === 'tag' ? refName : undefined;
  const faults = releaseFaults({ name, version, changelog: read('CHANGELOG.md'), tag });
  for (const fault of faults) console.error(`Could not publish: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
