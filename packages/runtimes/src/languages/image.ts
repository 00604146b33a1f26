import type { Language } from './language.ts';

/** Folder of the platform's files in a container image; the agent adds no other files. */
const IMAGE_PLATFORM = '/run/funcgraph/platform';
const IMAGE_SHIMS = '/run/funcgraph/shims';
const IMAGE_NODE = '/run/funcgraph/node';

export const image: Language = {
  id: 'image',
  versions: [''],
  names: /^Custom Image()$/,
  nameOf: () => 'Custom Image',
  handlers: { form: '-', pattern: /^-$/, usual: '-' },
  inline: undefined,
  suggested: 'Custom Image',
  lanes: () => false,
  shims: ['image'],
  run: {
    kind: 'program',
    /**
     * The supervisor inside a container image uses no file of the image: its own loader starts it with its own
     * libraries, so that it runs with any C library or none.
     */
    async plan({ shims, portableNode }) {
      const { program, libraries } = await portableNode();
      const loader =
        libraries === undefined ? [] : [`${IMAGE_PLATFORM}/${libraries.loader}`, '--library-path', IMAGE_PLATFORM];
      return {
        command: [...loader, IMAGE_NODE, `${IMAGE_SHIMS}/http/shim.js`],
        binds: [
          { source: program, target: IMAGE_NODE },
          { source: shims, target: IMAGE_SHIMS },
          ...(libraries === undefined ? [] : [{ source: libraries.folder, target: IMAGE_PLATFORM }]),
        ],
        workingDir: '/',
        env: {},
      };
    },
  },
};
