// CTL-12: two thousand clients that send a byte now and then take nothing from the others: the p99 of
// good calls at most doubles, and the memory of the service stays as bounded as the sockets are.
//
//   node slow_clients.mjs PORT PID CALL.json     PID: of the service, on this machine
import http from 'node:http';
import net from 'node:net';
import { readFileSync } from 'node:fs';

const [port, pid, file] = process.argv.slice(2);
const slowSockets = 2000;
const callsAMeasurement = 400;
const attempts = 4; // a busy machine may spoil one
const mostKilobytesASocket = 64; // the session's buffers, and the kernel's part of them
const body = readFileSync(file);
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });

function call() {
    return new Promise((resolve, reject) => {
        const begun = process.hrtime.bigint();
        const request = http.request({ agent, host: '127.0.0.1', port, method: 'POST', path: '/cds-services/twitch-patient-view',
            headers: { 'Content-Type': 'application/json', 'Content-Length': body.length } }, (response) => {
            response.resume();
            response.on('end', () => response.statusCode === 200
                ? resolve(Number(process.hrtime.bigint() - begun) / 1e6)
                : reject(new Error(`a good call was answered with ${response.statusCode}`)));
        });
        request.on('error', reject);
        request.end(body);
    });
}

async function p99() {
    const times = [];
    for (let i = 0; i < callsAMeasurement; ++i) times.push(await call());
    times.sort((a, b) => a - b);
    return times[Math.floor(times.length * 0.99)];
}

/** Sends the beginning of a request, and a byte more whenever `drip` is called. */
function slowSocket(start) {
    return new Promise((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1', () => {
            socket.write(start);
            resolve(socket);
        });
        socket.on('error', reject);
    });
}

async function openSlow() {
    const sockets = [];
    for (let i = 0; i < slowSockets; ++i)
        sockets.push(await slowSocket(i % 2 === 0
            ? 'POST /cds-services/twitch-patient-view HTTP/1.1\r\nHost: a\r\nX-Slow: '
            : 'POST /cds-services/twitch-patient-view HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{'));
    for (const socket of sockets) {
        socket.removeAllListeners('error');
        socket.on('error', () => {}); // cut at its deadline, as it should be
    }
    return sockets;
}

const residentKilobytes = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const faults = [];

await p99(); // warm
const before = residentKilobytes();
let best = Infinity;
let grown = 0;
for (let attempt = 0; attempt < attempts && best > 2; ++attempt) {
    const alone = await p99();
    const slow = await openSlow();
    const drip = setInterval(() => { for (const socket of slow) if (socket.writable) socket.write(' '); }, 200);
    const beside = await p99();
    grown = Math.max(grown, residentKilobytes() - before);
    clearInterval(drip);
    for (const socket of slow) socket.destroy();
    best = Math.min(best, beside / alone);
    console.log(`p99 alone ${alone.toFixed(2)} ms, beside ${slow.length} slow clients ${beside.toFixed(2)} ms`);
}
if (!(best <= 2)) faults.push(`p99 of good calls grew ${best.toFixed(2)} times`);
console.log(`memory grew by ${grown} KiB`);
if (grown > slowSockets * mostKilobytesASocket) faults.push(`memory grew by ${grown} KiB`);
for (const fault of faults) console.log(`FAILED: ${fault}`);
agent.destroy();
process.exit(faults.length === 0 ? 0 : 1);
