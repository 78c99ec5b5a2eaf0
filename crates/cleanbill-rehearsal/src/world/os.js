// os: the invented machine's answers; identity is noted apart from kind.
(function (W) {
  'use strict';
  const { M, emit } = W;
  const gate = (name, value) => () => { emit('gate', 'os.' + name); return value; };
  const who = (name, make) => () => { emit('identity', name); return make(); };
  const release = { linux: '6.1.0-18-amd64', darwin: '24.3.0', win32: '10.0.22631' }[M.platform];
  const os = {
    EOL: M.windows ? '\r\n' : '\n', devNull: M.windows ? '\\\\.\\nul' : '/dev/null',
    platform: gate('platform', M.platform), type: gate('type', { linux: 'Linux', darwin: 'Darwin', win32: 'Windows_NT' }[M.platform]),
    arch: gate('arch', M.arch), machine: gate('machine', M.arch === 'x64' ? 'x86_64' : 'arm64'), release: gate('release', release), version: gate('version', '#1 SMP'),
    endianness: () => 'LE', homedir: () => M.home, tmpdir: () => M.temp,
    hostname: who('hostname', () => M.hostname),
    userInfo: who('user', () => ({ uid: M.windows ? -1 : 1000, gid: M.windows ? -1 : 1000, username: M.user, homedir: M.home, shell: M.windows ? null : '/bin/bash' })),
    networkInterfaces: who('network interfaces', () => ({ eth0: [{ address: '192.0.2.41', netmask: '255.255.255.0', family: 'IPv4', mac: '02:00:5e:10:00:41', internal: false, cidr: '192.0.2.41/24' }], lo: [{ address: '127.0.0.1', netmask: '255.0.0.0', family: 'IPv4', mac: '00:00:00:00:00:00', internal: true, cidr: '127.0.0.1/8' }] })),
    cpus: () => { emit('gate', 'os.cpus'); return Array.from({ length: 8 }, () => ({ model: 'AMD Ryzen 7 5800X', speed: 3800, times: { user: 1, nice: 0, sys: 1, idle: 9, irq: 0 } })); },
    availableParallelism: () => 8, totalmem: gate('totalmem', 34359738368), freemem: gate('freemem', 17179869184),
    uptime: gate('uptime', 186420), loadavg: () => [0.3, 0.4, 0.4], getPriority: () => 0, setPriority: () => {},
    constants: { signals: { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }, errno: {}, priority: {}, dlopen: { RTLD_LAZY: 1 } },
  };
  return W.backed('os', os);
})
