// A QR code, drawn here: what is in it goes nowhere else.
import qrcode from 'qrcode-generator';
import './style.css';

const quiet = 4; // modules of white around it

export function Qr({text, label}: {text: string; label: string}) {
	const qr = qrcode(0, 'M');
	qr.addData(text);
	qr.make();
	const n = qr.getModuleCount();
	let path = '';
	for (let row = 0; row < n; row++)
		for (let col = 0; col < n; col++)
			if (qr.isDark(row, col))
				path += `M${col + quiet} ${row + quiet}h1v1h-1z`;
	const size = n + 2 * quiet;
	return <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}
		shape-rendering="crispEdges">
		<rect width={size} height={size} fill="#ffffff" /><path d={path} fill="#000000" />
	</svg>;
}
