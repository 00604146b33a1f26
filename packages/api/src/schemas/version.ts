import { Type } from 'typebox';
import { WireText as Text } from './common.ts';
import { FunctionConfig, FunctionSummary } from './function.ts';

export const PublishVersionBody = Type.Object({
  version: Text('Name, at most 42 letters, digits, _ - and . ; vYYYYMMDD-HHMMSS (UTC) without one.'),
  description: Text('At most 512 characters.'),
  digest: Text('MD5 or SHA-512 of the code that is meant; refused when latest has other code.'),
});

const VersionDescription = {
  version_description: Type.String({ description: 'What was said when it was published.' }),
};

export const PublishedVersion = Type.Object({ ...FunctionConfig.properties, ...VersionDescription });

export const VersionSummary = Type.Object({ ...FunctionSummary.properties, ...VersionDescription });

export const VersionList = Type.Object({
  versions: Type.Array(VersionSummary),
  next_marker: Type.Integer({ description: 'Offset of the next page; the present total on the last one.' }),
  count: Type.Integer(),
});
