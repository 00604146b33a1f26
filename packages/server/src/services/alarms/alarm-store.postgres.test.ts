import { openTestStorage } from '../../storage/testing.ts';
import { alarmStoreConformance } from './conformance.ts';

alarmStoreConformance('in PostgreSQL', () => openTestStorage());
