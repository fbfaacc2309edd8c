// A QR code on the page, as an image with a name.
import {modulesOf, qrPath, qrSide} from '../../labels/qr';
import './style.css';

export function Qr({text, label}: {text: string; label: string}) {
	const modules = modulesOf(text);
	const size = qrSide(modules);
	return <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}
		shape-rendering="crispEdges">
		<rect width={size} height={size} fill="#ffffff" /><path d={qrPath(modules)} fill="#000000" />
	</svg>;
}
