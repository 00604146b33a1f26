export async function handler(event, context) {
  return 'mjs';
}
