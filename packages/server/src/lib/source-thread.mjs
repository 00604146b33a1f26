// First file of a worker thread that runs from TypeScript sources. `--import tsx` is not enough there: tsx registers
// itself through that door in main threads only.
import { register } from 'tsx/esm/api';

register();
await import(process.argv[2]);
