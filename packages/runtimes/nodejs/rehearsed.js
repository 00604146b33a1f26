'use strict';
exports.handler = (event, _context) => Promise.resolve({ statusCode: 200, headers: {}, body: JSON.stringify(event) });
