// Stands for a service that answers with a status of its own.
exports.handler = async (event, _context) => ({ status: event.input });
