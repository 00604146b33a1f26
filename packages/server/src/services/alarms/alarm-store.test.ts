import { openStorage } from '../../storage/index.ts';
import { alarmStoreConformance } from './conformance.ts';

alarmStoreConformance('in SQLite', () => openStorage({ file: ':memory:' }));
