exports.handler = async (event, _context) => ({ result: event.input ** 2 });
