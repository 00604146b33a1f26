import { Type } from 'typebox';
import { WireLongText } from './common.ts';

export const ImportFunctionBody = Type.Object({
  func_name: Type.String({ description: 'Name of the function to make; need not be that of the exported one.' }),
  file_name: Type.String({ description: 'Name of the archive.' }),
  file_type: Type.String({ description: 'zip.' }),
  file_code: Type.String({ description: 'The archive of exportFunction in Base64, at most 50 MB.' }),
  package: WireLongText('App of the function; default when absent.'),
});
