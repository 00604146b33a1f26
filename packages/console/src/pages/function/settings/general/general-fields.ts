import type { ShownFunction } from '../../shown-function.ts';
import type { ConfigChange } from '../section.ts';

const DEFAULT_PROJECT = '0';

export interface GeneralFields {
  readonly handler: string;
  readonly enterpriseProject: string;
  readonly timeout: number;
  readonly memory: number;
  readonly description: string;
  /** Only of images. */
  readonly image?: ImageFields | undefined;
}

interface ImageFields {
  readonly image: string;
  readonly command: string;
  readonly args: string;
  readonly workingDir: string;
  readonly uid: string;
  readonly gid: string;
}

export function readGeneral(config: ShownFunction['config']): GeneralFields {
  return {
    handler: config.handler,
    enterpriseProject: config.enterprise_project_id || DEFAULT_PROJECT,
    timeout: config.timeout,
    memory: config.memory_size,
    description: config.description,
    image: config.custom_image && readImage(config.custom_image),
  };
}

function readImage(image: Readonly<Record<string, unknown>>): ImageFields {
  const text = (name: string) => String(image[name] ?? '');
  return {
    image: text('image'),
    command: text('command'),
    args: text('args'),
    workingDir: text('working_dir'),
    uid: text('uid'),
    gid: text('gid'),
  };
}

export function writeGeneral({ image, ...fields }: GeneralFields): ConfigChange {
  return {
    handler: fields.handler,
    enterprise_project_id: fields.enterpriseProject,
    timeout: fields.timeout,
    memory_size: fields.memory,
    description: fields.description,
    ...(image && {
      custom_image: {
        image: image.image,
        command: image.command,
        args: image.args,
        working_dir: image.workingDir,
        uid: image.uid,
        gid: image.gid,
      },
    }),
  };
}
