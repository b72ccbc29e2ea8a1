// The dev Authority's own process: `node demo/issuer/main.ts PORT AUDIENCE`.
import { standIn } from '../sandbox/child.ts';
import { startIssuer } from './issuer.ts';

const [port = '0', audience = 'signer'] = process.argv.slice(2);
const issuer = await startIssuer({ port: Number(port), audience });
standIn({ port: issuer.port, issuer: issuer.issuer, jwks: issuer.jwks, token: issuer.token }, issuer.close);
