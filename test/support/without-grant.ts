import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes the permission to invoke a function from all policies of a synthesized stack.
 * @param id the id of the function's construct
 */
export function withoutGrant(assembly: string, stack: string, id: string): void {
  const file = join(assembly, `${stack}.template.json`);
  const granted = new RegExp(`"Fn::GetAtt": \\[\\s*"${id}\\w+",\\s*"Arn"\\s*\\]`, 'g');
  const template = JSON.parse(readFileSync(file, 'utf8'));
  for (const resource of Object.values<{ Type: string; Properties: object }>(template.Resources)) {
    if (resource.Type !== 'AWS::IAM::Policy') continue;
    const text = JSON.stringify(resource.Properties, null, 1).replace(granted, '"Ref": "AWS::StackName"');
    resource.Properties = JSON.parse(text);
  }
  writeFileSync(file, JSON.stringify(template));
}
