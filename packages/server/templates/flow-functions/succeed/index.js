exports.handler = async (_event, _context) => ({ result: 'success' });
