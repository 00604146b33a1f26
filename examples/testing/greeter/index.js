exports.handler = async (event, context) => {
  const name = event.name;
  if (typeof name !== 'string') throw new TypeError('name must be a text');
  context.getLogger().info(`greets ${name}`);
  return { text: `${context.getUserData('GREETING') ?? 'Hello'}, ${name}!` };
};
