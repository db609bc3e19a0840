/** Serves answers made to fill a reader's memory. A process of its own: its memory is not the reader's. */
import { createServer, type Socket } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';

const SIZE = 200 * 1024 * 1024;
const zeros = Buffer.alloc(SIZE);
const gzipped = gzipSync(zeros, { level: 9 });
const CHUNK = Buffer.alloc(64 * 1024, 'x');
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

type Answer = (socket: Socket) => void;

function packed(encoding: string, body: Uint8Array): Answer {
  return (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`);
    socket.write(body);
  };
}

/** Writes for as long as anybody reads. */
function endless(start: string, more: Uint8Array): Answer {
  return (socket) => {
    socket.write(start);
    const pump = (): void => {
      while (!socket.destroyed && socket.write(more));
    };
    socket.on('drain', pump);
    pump();
  };
}

const repeated = (text: string): Buffer => Buffer.from(text.repeat(1_000));

const BOMBS: Readonly<Record<string, Answer>> = {
  gzip: packed('gzip', gzipped),
  br: packed('br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })),
  deflate: packed('deflate', deflateSync(zeros)),
  'gzip twice': packed('gzip, gzip', gzipSync(gzipped, { level: 9 })),
  'six encodings': packed('gzip, br, gzip, deflate, gzip, br', gzipped),
  'plain bytes as gzip': packed('gzip', zeros.subarray(0, 1_000_000)),
  zstd: packed('zstd', gzipped),
  'endless chunks': endless(chunked, Buffer.concat([Buffer.from('10000\r\n'), CHUNK, Buffer.from('\r\n')])),
  'endless body': endless('HTTP/1.1 200 OK\r\n\r\n', CHUNK),
  'endless chunk extension': endless(`${chunked}1;`, repeated('extension')),
  'endless trailers': endless(`${chunked}0\r\n`, repeated('x: y\r\n')),
  'endless 1xx': endless('', repeated('HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n')),
  'endless header': endless('HTTP/1.1 200 OK\r\nx: ', CHUNK),
};

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (request: Buffer) => {
    const at = Number(/^GET \/(\d+)/.exec(request.toString('latin1'))?.[1] ?? 0);
    Object.values(BOMBS)[at]?.(socket);
  });
});
server.listen(0, '127.0.0.1', () => {
  const bound = server.address();
  process.send?.({ port: bound !== null && typeof bound === 'object' ? bound.port : 0, names: Object.keys(BOMBS) });
});
process.on('disconnect', () => process.exit());
