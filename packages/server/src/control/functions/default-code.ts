import type { RuntimeRules } from '../../domain/runtime-rules.ts';

/**
 * The code of a function that was created without any: it answers with its event, in the form a gateway expects.
 * Undefined where a program cannot be written as one file of text.
 */
export function defaultCode(rules: RuntimeRules, handler: string): string | undefined {
  const entry = handler.slice(handler.lastIndexOf('.') + 1);
  switch (rules.language) {
    case 'node':
      return `exports.${entry} = async (event, context) => {
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    isBase64Encoded: false,
    body: JSON.stringify(event),
  };
};
`;
    case 'python':
      return `# -*- coding:utf-8 -*-
import json


def ${entry}(event, context):
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "isBase64Encoded": False,
        "body": json.dumps(event),
    }
`;
    default:
      return undefined;
  }
}
