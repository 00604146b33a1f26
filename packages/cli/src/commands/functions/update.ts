import { connect, explained, FUNCTION_FLAGS, parseConfig } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';
import { CONFIG_FLAGS, changedFields, configChange, configFields } from './config-flags.ts';
import { DEPENDENCY_FLAGS, dependencyFields } from './dependency-flags.ts';
import { IMAGE_FLAGS, imageFields } from './image-flags.ts';
import { SURROUNDINGS_FLAGS, surroundingsFields } from './surroundings-flags.ts';
import { readVariables, variableFields } from './variables.ts';

export const update = defineCommand({
  name: 'functions update',
  summary: 'Change the configuration of a function, or its container image; code is left alone',
  flags: {
    ...CONFIG_FLAGS,
    ...DEPENDENCY_FLAGS,
    ...IMAGE_FLAGS,
    ...SURROUNDINGS_FLAGS,
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: [
    'fgs functions update hello --memory 512 --timeout 30',
    'fgs functions update hello --env-file production.env',
    'fgs functions update app --image team/app:v2',
    'fgs functions update hello --network backend --mount shared=/mnt/shared',
  ],
  async run({ flags, args }, context) {
    const config = configFields(flags);
    const variables = await readVariables(flags, context);
    const image = imageFields(flags);
    const changesSurroundings = flags.network !== undefined || flags.mount.length > 0 || flags['no-mounts'];
    const changesNothing =
      Object.keys(config).length === 0 &&
      variables === undefined &&
      flags.dependency.length === 0 &&
      image === undefined;
    if (changesNothing && !changesSurroundings)
      throw usageError('nothing to change: give at least one field', 'fgs functions update --help lists them');
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const { client } = connection;
    const { signal } = context;
    const { data } = await client.call('showFunctionConfig', { params, signal }).catch(async (error: unknown) => {
      throw await explained(error, client, params, signal);
    });
    const present = parseConfig(data);
    const requested = {
      ...config,
      ...variableFields(variables, present),
      ...(await dependencyFields(flags, connection, present.runtime, context)),
    };
    const surroundings = await surroundingsFields(flags, connection, context);
    const change = configChange(present, requested);
    const { func_name: name, runtime, handler, timeout, memory_size } = present;
    // The name of an image or a network may mean another one by now: it is always resolved again.
    const always = { ...image, ...surroundings };
    const body =
      Object.keys(always).length === 0
        ? change
        : { func_name: name, runtime, handler, timeout, memory_size, ...change, ...always };
    if (body === undefined)
      return { kind: 'message', text: `${name}: unchanged`, data: { name, outcome: 'unchanged' } };
    if (flags['dry-run']) {
      const fields = [...changedFields(present, requested), ...Object.keys(always)];
      return {
        kind: 'message',
        text: `${name}: would change: ${fields.join(', ')}`,
        data: { name, outcome: 'would change', fields },
      };
    }
    await connection.client.call('updateFunctionConfig', { params, body, signal: context.signal });
    return {
      kind: 'message',
      text: `${name}: updated ${[...Object.keys(requested), ...Object.keys(always)].join(', ')}`,
      data: { name, outcome: 'updated' },
    };
  },
});
