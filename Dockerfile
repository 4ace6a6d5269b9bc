# The image of web and worker. Nothing secret goes into it: settings come from the environment.
FROM python:3.12-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/careercenter
COPY requirements.lock .
RUN pip install --require-hashes --only-binary :all: -r requirements.lock
COPY wsgi.py gunicorn.conf.py ./
COPY migrations migrations
COPY search search
COPY app app
RUN useradd --system --uid 10001 careercenter && mkdir -p /data/files && chown -R careercenter /data
USER careercenter
ENV ENVIRONMENT=production DATA_DIR=/data LISTEN=0.0.0.0:8000
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["gunicorn", "--config", "gunicorn.conf.py"]
