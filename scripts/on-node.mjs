// Runs a program on the platform's Node.js: node scripts/on-node.mjs [FLAG...] FILE [ARGUMENT...]
import { continueOnNode } from './platform-node.mjs';

await continueOnNode(process.argv.slice(2));
