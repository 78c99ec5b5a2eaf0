'use strict';
const http = require('http');
const { createLogger } = require('./services/logger');
const { parse } = require('./services/query');
const { Cache } = require('./services/lru');
const log = createLogger({ name: 'tiledesk', level: process.env.LOG_LEVEL || 'info' });
const projects = new Cache({ max: 1000 });
const routes = {
  'GET /': (request, query) => ({ hello: 'Hello Tiledesk server. It is UP.', query }),
  'GET /projects': () => Array.from(projects.entries.keys()),
  'POST /projects': (request, query, body) => {
    const id = Date.now().toString(36);
    projects.set(id, { id, name: body.name, createdAt: new Date() });
    return projects.get(id);
  },
};
const server = http.createServer((request, response) => {
  const [place, search] = request.url.split('?');
  const route = routes[request.method + ' ' + place];
  let text = '';
  request.on('data', (part) => (text += part));
  request.on('end', () => {
    log.debug({ method: request.method, place }, 'request');
    response.writeHead(route ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(route ? route(request, parse(search || ''), text ? JSON.parse(text) : {}) : { error: 'not found' }));
  });
});
if (require.main === module) server.listen(process.env.PORT || 3000);
module.exports = server;
