import { Type } from 'typebox';
import { WireLongText as LongText, WireText as Text } from './common.ts';

export const CreateDependencyBody = Type.Object({
  name: Text('At most 96 letters, digits, _ - and . ; starts with a letter, ends with a letter or digit.'),
  runtime: Text('Runtime of the functions it is for; any version of the language may use it.'),
  depend_type: Text('zip (the archive in depend_file) or obs (its address in depend_link).'),
  depend_file: LongText('The zip in Base64, at most 50 MB of archive.'),
  depend_link: Text('http or https address of a zip of at most 300 MB.'),
  description: LongText('At most 512 characters.'),
});

const Described = {
  id: Type.String({ description: 'Of this version, as in depend_version_list.' }),
  owner: Type.String({ description: 'public for packages of the platform.' }),
  link: Type.String({ description: 'Its source address, else its address in this API.' }),
  runtime: Type.String(),
  etag: Type.String({ description: 'SHA-256 of the archive.' }),
  size: Type.Integer({ description: 'Bytes of the archive.' }),
  name: Type.String(),
  description: Type.String(),
  file_name: Type.String(),
  version: Type.Integer({ description: 'From 1.' }),
  dep_id: Type.String({ description: 'Of the package that all its versions share.' }),
  last_modified: Type.Integer({ description: 'Seconds since the epoch.' }),
};

export const Dependency = Type.Object(Described);

export const DependencyDetail = Type.Object({
  ...Described,
  is_shared: Type.Boolean(),
  download_link: Type.String({ description: 'Works for 15 minutes without a signature.' }),
});

export const DependencyList = Type.Object({
  dependencies: Type.Array(Dependency),
  next_marker: Type.Integer({ description: 'Offset of the next page; the present total on the last one.' }),
  count: Type.Integer(),
});

export const DependencyVersionList = Type.Object({
  dependencies: Type.Array(Type.Object({ ...Described, is_shared: Type.Boolean() })),
  next_marker: Type.Integer({ description: 'Offset of the next page; the present total on the last one.' }),
  count: Type.Integer(),
});

/** A package that the guide promises, and whether this server has it. */
export const PublicPackage = Type.Object({
  name: Type.String(),
  language: Type.String(),
  version: Type.String({ description: 'The version that the guide names.' }),
  source: Type.String({ description: 'Its source.' }),
  installed: Type.Array(Type.Object({ runtime: Type.String(), version: Type.Integer(), description: Type.String() })),
});
