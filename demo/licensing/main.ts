// The licensing stub's own process: `node demo/licensing/main.ts PORT`.
import { standIn } from '../sandbox/child.ts';
import { startLicensing } from './licensing.ts';

const [port = '0'] = process.argv.slice(2);
const licensing = await startLicensing(Number(port));
standIn({ port: licensing.port, poe: licensing.poe, introspect: licensing.introspect }, licensing.close);
