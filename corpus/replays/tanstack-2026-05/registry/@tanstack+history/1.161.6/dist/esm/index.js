const stateIndexKey = '__TSR_index';
const popStateEvent = 'popstate';

export function createHistory(opts) {
  let location = opts.getLocation();
  const subscribers = new Set();
  const blockers = [];
  const notify = (action) => {
    location = opts.getLocation();
    subscribers.forEach((subscriber) => subscriber({ location, action }));
  };
  const tryNavigation = async ({ task, navigateOpts, ...action }) => {
    if (navigateOpts?.ignoreBlocker) return task();
    for (const blocker of blockers) {
      const nextLocation = parseHref(action.path, action.state);
      if (await blocker.blockerFn({ currentLocation: location, nextLocation, action: action.type })) return opts.onBlocked?.();
    }
    task();
  };
  return {
    get location() { return location; },
    get length() { return opts.getLength(); },
    subscribers,
    subscribe: (callback) => {
      subscribers.add(callback);
      return () => subscribers.delete(callback);
    },
    push: (path, state, navigateOpts) => {
      const next = assignKeyAndIndex(location.state[stateIndexKey] + 1, state);
      tryNavigation({ task: () => { opts.pushState(path, next); notify({ type: 'PUSH' }); }, navigateOpts, type: 'PUSH', path, state: next });
    },
    replace: (path, state, navigateOpts) => {
      const next = assignKeyAndIndex(location.state[stateIndexKey], state);
      tryNavigation({ task: () => { opts.replaceState(path, next); notify({ type: 'REPLACE' }); }, navigateOpts, type: 'REPLACE', path, state: next });
    },
    go: (index) => opts.go(index),
    block: (blocker) => {
      blockers.push(blocker);
      return () => blockers.splice(blockers.indexOf(blocker), 1);
    },
    destroy: () => opts.destroy?.(),
    notify,
  };
}

function assignKeyAndIndex(index, state) {
  const key = (Math.random() + 1).toString(36).substring(7);
  return { ...state, key, __TSR_key: key, [stateIndexKey]: index };
}

export function createMemoryHistory(opts = { initialEntries: ['/'] }) {
  const entries = opts.initialEntries;
  let index = opts.initialIndex ?? entries.length - 1;
  const states = entries.map((_, at) => assignKeyAndIndex(at, undefined));
  return createHistory({
    getLocation: () => parseHref(entries[index], states[index]),
    getLength: () => entries.length,
    pushState: (path, state) => { entries.splice(index + 1); states.splice(index + 1); entries.push(path); states.push(state); index = entries.length - 1; },
    replaceState: (path, state) => { entries[index] = path; states[index] = state; },
    go: (steps) => { index = Math.min(Math.max(index + steps, 0), entries.length - 1); },
  });
}

export function createBrowserHistory(opts) {
  const win = opts?.window ?? window;
  const history = createHistory({
    getLocation: () => parseHref(`${win.location.pathname}${win.location.search}${win.location.hash}`, win.history.state),
    getLength: () => win.history.length,
    pushState: (href, state) => win.history.pushState(state, '', href),
    replaceState: (href, state) => win.history.replaceState(state, '', href),
    go: (steps) => win.history.go(steps),
    destroy: () => win.removeEventListener(popStateEvent, pop),
  });
  const pop = () => history.notify({ type: 'GO' });
  win.addEventListener(popStateEvent, pop);
  return history;
}

export function parseHref(href, state) {
  const hash = href.indexOf('#');
  const search = href.indexOf('?');
  const end = Math.min(hash === -1 ? href.length : hash, search === -1 ? href.length : search);
  return { href, pathname: href.substring(0, end), hash: hash > -1 ? href.substring(hash) : '', search: search > -1 ? href.slice(search, hash === -1 ? undefined : hash) : '', state: state || { [stateIndexKey]: 0 } };
}
