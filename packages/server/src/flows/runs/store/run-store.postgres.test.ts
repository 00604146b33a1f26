import { openTestStorage } from '../../../storage/testing.ts';
import { runStoreConformance } from './conformance.ts';

runStoreConformance('in PostgreSQL', () => openTestStorage());
