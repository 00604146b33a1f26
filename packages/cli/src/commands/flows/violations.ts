import { FLOW_TRIGGERS } from '@funcgraph/api';
import { check, type JsonObject, readDefinition, readVendor, type Violation, violationOf } from '@funcgraph/flow';
import { CliError, EXIT } from '../../framework/index.ts';

const TRIGGER_TYPES = [...FLOW_TRIGGERS.keys()];

/** What can be known of a flow without a server. */
export function violationsOf(document: JsonObject): readonly Violation[] {
  const read = 'states' in document ? readVendor(document) : readDefinition(document);
  return (read.ok ? check(read.definition, undefined, TRIGGER_TYPES) : read.problems).map(violationOf);
}

/** The node or edge, and the field. */
export function placeOf({ node, edge, field }: Violation): string {
  return [node ?? (edge && `${edge.from} → ${edge.to}`), field].filter((part) => part !== undefined).join(' ');
}

/** Throws a `CliError` that names the broken rules. */
export function refuseViolations(file: string, document: JsonObject): void {
  const found = violationsOf(document);
  if (found.length === 0) return;
  const rules = found.map((one) => `\n  ${placeOf(one)}  ${one.code}  ${one.message}`);
  throw new CliError(`${file} is no valid flow:${rules.join('')}`, { code: 'CLI.FLOW', exitCode: EXIT.refused });
}
